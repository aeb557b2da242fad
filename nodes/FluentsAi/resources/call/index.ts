import type { Resource } from '../../operation';
import { create } from './create';
import { createAndWait } from './createAndWait';
import { end } from './end';
import { get } from './get';
import { getAll } from './getAll';
import { getRecording } from './getRecording';
import { wait } from './wait';

export const call: Resource = {
	option: {
		name: 'Call',
		value: 'call',
		description: 'Phone calls to people, and what came of them',
	},
	operations: [create, createAndWait, end, get, getAll, getRecording, wait],
};
