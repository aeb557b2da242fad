import type { INodeProperties } from 'n8n-workflow';

import type { OutputFields, OutputOptions, Shape } from '../../shared/records/shape';
import type { ItemReader } from '../../shared/parameters/reader';
import { isTool } from '../tool';
import { includeSecretsOption, optionsOf } from './options';

const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simple',
	type: 'boolean',
	default: true,
	displayOptions: { show: { '@tool': [false] } },
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

const outputField: INodeProperties = {
	displayName: 'Output',
	name: 'output',
	type: 'options',
	options: [
		{ name: 'Simplified', value: 'simple' },
		{ name: 'Selected Fields', value: 'fields' },
		{ name: 'Raw', value: 'raw' },
	],
	default: 'simple',
	displayOptions: { show: { '@tool': [true] } },
	description: 'What the language model gets to read',
};

const selectedFields: INodeProperties = {
	displayName: 'Fields',
	name: 'fields',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. outcome, transcript',
	displayOptions: { show: { '@tool': [true], output: ['fields'] } },
	description: 'Names of output fields, with commas between. The ID is there in any case.',
};

/** What comes out: in a workflow simplified or not, and of a tool as n8n's own tools let one choose. */
export const outputFields = [simplifyField, outputField, selectedFields];

/** For operations that give calls. */
export const transcriptTurnsOption: INodeProperties = {
	displayName: 'Transcript Turns',
	name: 'transcriptTurns',
	type: 'boolean',
	default: false,
	description: 'Whether to add transcript_turns: a list of who spoke, what, and when',
};

/** What the option adds to the output. */
export const transcriptTurnsFields: OutputFields = { transcript_turns: 'array' };

/** The option to show secrets, where an operation that only reads has any in its raw output. */
export function secretsOptions({ hasSecrets }: Shape): INodeProperties[] {
	return hasSecrets ? [includeSecretsOption] : [];
}

/** @param read what an operation that only reads gives; other operations show no secrets. */
export function readOutputOptions(from: ItemReader, read?: Shape): OutputOptions {
	const options = optionsOf(from);
	return {
		...(isTool(from.context) ? ofTool(from) : { simple: from.boolean(simplifyField) }),
		includeSecrets: read?.hasSecrets === true && options.boolean(includeSecretsOption),
		transcriptTurns: options.boolean(transcriptTurnsOption),
	};
}

function ofTool(from: ItemReader): Pick<OutputOptions, 'simple' | 'fields'> {
	const output = from.choice(outputField);
	return {
		simple: output === 'simple',
		...(output === 'fields' && { fields: from.list(selectedFields) }),
	};
}
