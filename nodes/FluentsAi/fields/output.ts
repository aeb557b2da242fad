import type { INodeProperties } from 'n8n-workflow';

import type { OutputFields, OutputOptions, Shape } from '../../shared/records/shape';
import type { ParameterReader } from '../../shared/parameters/reader';
import { includeSecretsOption, optionsOf } from './options';

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
	description: 'Whether to add transcript_turns: a list of who spoke, what, and when',
};

/** What the option adds to the output. */
export const transcriptTurnsFields: OutputFields = { transcript_turns: 'array' };

/** The option to show secrets, where an operation that only reads has any in its raw output. */
export function secretsOptions({ hasSecrets }: Shape): INodeProperties[] {
	return hasSecrets ? [includeSecretsOption] : [];
}

/** @param read what an operation that only reads gives; other operations show no secrets. */
export function readOutputOptions(from: ParameterReader, read?: Shape): OutputOptions {
	const options = optionsOf(from);
	return {
		simple: from.boolean(simplifyField),
		includeSecrets: read?.hasSecrets === true && options.boolean(includeSecretsOption),
		transcriptTurns: options.boolean(transcriptTurnsOption),
	};
}
