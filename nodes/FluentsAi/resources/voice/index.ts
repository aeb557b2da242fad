import { voices } from '../../../shared/records/voice';
import { voiceLocator } from '../../fields/locators';
import type { Resource } from '../../operation';
import {
	createOperation,
	deleteOperation,
	getAllOperation,
	getOperation,
	updateOperation,
} from '../crud';
import { upsertOperation } from '../upsert';
import { voiceFields } from './fields';

export const voice: Resource = {
	option: { name: 'Voice', value: 'voice', description: 'Voices that agents speak with' },
	operations: [
		createOperation(voices, voiceFields, 'Create a voice that agents can speak with'),
		upsertOperation(voices, voiceFields, 'label'),
		deleteOperation(voices, voiceLocator, 'Delete a voice'),
		getOperation(voices, voiceLocator, 'Get the settings of a voice'),
		getAllOperation(voices, 'Get many voices of the environment'),
		updateOperation(voices, voiceLocator, voiceFields, 'Update the settings of a voice'),
	],
};
