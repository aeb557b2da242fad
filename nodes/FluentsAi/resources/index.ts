import type { INodeProperties } from 'n8n-workflow';

import type { Operation, Resource } from '../operation';
import { accountConnection } from './accountConnection';
import { action } from './action';
import { agent } from './agent';
import { call } from './call';
import { liveRequest } from './liveRequest';
import { phoneNumber } from './phoneNumber';
import { prompt } from './prompt';
import { voice } from './voice';
import { webhook } from './webhook';

/** Sorted by label, as they stand in the Resource list. */
export const resources: Resource[] = [
	accountConnection,
	action,
	agent,
	call,
	liveRequest,
	phoneNumber,
	prompt,
	voice,
	webhook,
];

/** All fields of the node: Resource, each resource's Operation, each operation's own fields. */
export const properties: INodeProperties[] = [
	{
		displayName: 'Resource',
		name: 'resource',
		type: 'options',
		noDataExpression: true,
		options: resources.map(({ option }) => option),
		default: 'call',
	},
	...resources.flatMap(({ option, operations, defaultOperation }) => [
		{
			displayName: 'Operation',
			name: 'operation',
			type: 'options' as const,
			noDataExpression: true,
			displayOptions: { show: { resource: [option.value] } },
			options: operations.map((operation) => operation.option),
			default: defaultOperation ?? operations[0].option.value,
		},
		...operations.flatMap((operation) =>
			operation.properties.map((property) => ({
				...property,
				displayOptions: {
					// First, since n8n shows a field as soon as it meets a condition on an expression.
					show: {
						resource: [option.value],
						operation: [operation.option.value],
						...property.displayOptions?.show,
					},
				},
			})),
		),
	]),
];

/** @returns undefined when a workflow names an operation that this version of the node does not have. */
export function findOperation(resource: string, operation: string): Operation | undefined {
	return resources
		.find(({ option }) => option.value === resource)
		?.operations.find(({ option }) => option.value === operation);
}
