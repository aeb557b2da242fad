import { accountConnectionShape } from '../shapes';
import { crud } from './crud';

export const accountConnectionHandlers = crud({
	collection: 'accountConnections',
	singular: 'AccountConnection',
	plural: 'AccountConnections',
	shape: accountConnectionShape,
	mainFields: ['type', 'label', 'credentials'],
});
