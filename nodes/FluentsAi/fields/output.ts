import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { OutputOptions } from '../../shared/records/shape';
import { readOptions } from './options';

export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simple',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

/** For operations that give calls. */
export const transcriptTurnsOption: INodeProperties = {
	displayName: 'Transcript Turns',
	name: 'transcriptTurns',
	type: 'boolean',
	default: false,
	description:
		'Whether to add the transcript as a list, transcript_turns: who spoke (bot or human), the text, and at how many seconds from the start of the call',
};

export function readOutputOptions(context: IExecuteFunctions, itemIndex: number): OutputOptions {
	const { includeSecrets, transcriptTurns } = readOptions(context, itemIndex);
	return {
		simple: context.getNodeParameter('simple', itemIndex, true) as boolean,
		includeSecrets: includeSecrets === true,
		transcriptTurns: transcriptTurns === true,
	};
}
