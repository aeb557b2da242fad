import type { INodeProperties } from 'n8n-workflow';

import type { OutputFields, OutputOptions, Shape } from '../../shared/records/shape';
import type { ItemReader } from '../../shared/parameters/reader';
import { includeSecretsOption, optionsOf } from './options';

export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simple',
	type: 'boolean',
	default: true,
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
	description: 'What the language model reads',
};

const selectedFields: INodeProperties = {
	displayName: 'Fields',
	name: 'fields',
	type: 'string',
	default: '',
	placeholder: 'e.g. outcome, transcript',
	displayOptions: { show: { '@tool': [true], output: ['fields'] } },
	description: 'Names of output fields, separated by commas. The ID always comes with them.',
};

/** What comes out of an operation that gives calls. For a tool, as n8n's own tools let one choose it. */
export const callOutputFields: INodeProperties[] = [
	{ ...simplifyField, displayOptions: { show: { '@tool': [false] } } },
	outputField,
	selectedFields,
];

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
		...readForm(from),
		includeSecrets: read?.hasSecrets === true && options.boolean(includeSecretsOption),
		transcriptTurns: options.boolean(transcriptTurnsOption),
	};
}

function readForm(from: ItemReader): Pick<OutputOptions, 'simple' | 'fields'> {
	// n8n takes a parameter away where it is not shown.
	if (from.context.getNode().parameters.output === undefined) {
		return { simple: from.boolean(simplifyField) };
	}
	const output = from.choice(outputField);
	if (output !== 'fields') return { simple: output === 'simple' };
	return { simple: false, fields: from.list(selectedFields, { guards: true }) };
}
