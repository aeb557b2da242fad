import type { INode, INodeProperties } from 'n8n-workflow';

import { operationError } from '../api/errors';
import { foreignText } from '../foreignText';

export const requiredEnvironmentOption: INodeProperties = {
	displayName: 'Required Environment',
	name: 'requiredEnvironment',
	type: 'string',
	default: '',
	placeholder: 'e.g. staging',
	description: 'Stops the node unless the credential is for it',
};

/** @throws NodeOperationError when the credential is for another environment than the node requires. */
export function requireEnvironment(
	node: INode,
	required: string,
	actual: string,
	itemIndex?: number,
): void {
	if (required === '' || required.toLowerCase() === actual.toLowerCase()) return;
	const where = itemIndex === undefined ? '' : ` [item ${itemIndex}]`;
	throw operationError(
		node,
		`This node requires the Fluents.ai environment '${foreignText(required)}', but its credential is for '${actual}'${where}`,
		{
			itemIndex,
			description:
				"Nothing was sent. Choose the credential of the right environment, or change the option 'Required Environment'.",
		},
	);
}
