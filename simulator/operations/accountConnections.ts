import { accountConnectionDefaults } from '../model/defaults';
import { crud } from './crud';

export const accountConnectionHandlers = crud({
	collection: 'accountConnections',
	singular: 'AccountConnection',
	plural: 'AccountConnections',
	defaults: accountConnectionDefaults,
	mainFields: ['type', 'label', 'credentials'],
});
