import type { IExecuteFunctions, INodeProperties } from 'n8n-workflow';

import type { OutputOptions } from '../../shared/shape';
import { readOptions } from './options';

export const simplifyField: INodeProperties = {
	displayName: 'Simplify',
	name: 'simple',
	type: 'boolean',
	default: true,
	description: 'Whether to return a simplified version of the response instead of the raw data',
};

export function readOutputOptions(context: IExecuteFunctions, itemIndex: number): OutputOptions {
	return {
		simple: context.getNodeParameter('simple', itemIndex, true) as boolean,
		includeSecrets: readOptions(context, itemIndex).includeSecrets === true,
	};
}
