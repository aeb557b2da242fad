import type { INodeProperties } from 'n8n-workflow';

import type { ItemReader } from '../../shared/parameters/reader';
import { shown } from '../../shared/shown';
import type { Operation, Resource } from '../operation';
import { isTool } from '../tool';
import { accountConnection } from './accountConnection';
import { action } from './action';
import { agent } from './agent';
import { apiRequest } from './apiRequest';
import { call } from './call';
import { liveRequest } from './liveRequest';
import { phoneNumber } from './phoneNumber';
import { prompt } from './prompt';
import { voice } from './voice';
import { webhook } from './webhook';

/** As they stand in the Resource list: what most people want first, then by label. */
export const resources: Resource[] = [
	call,
	accountConnection,
	action,
	agent,
	apiRequest,
	liveRequest,
	phoneNumber,
	prompt,
	voice,
	webhook,
];

const resourceField: INodeProperties = {
	displayName: 'Resource',
	name: 'resource',
	type: 'options',
	noDataExpression: true,
	options: resources.map(({ option }) => option),
	default: 'call',
};

/** All fields of the node: Resource, each resource's Operation, each operation's own fields. */
export const properties: INodeProperties[] = [
	resourceField,
	...resources.flatMap((resource) => [
		{
			displayName: 'Operation',
			name: 'operation',
			type: 'options' as const,
			noDataExpression: true,
			displayOptions: { show: { resource: [resource.option.value] } },
			options: resource.operations.map((operation) => operation.option),
			default: resource.defaultOperation ?? resource.operations[0].option.value,
		},
		...resource.operations.flatMap((operation) =>
			operation.properties.map((property) => ({
				...property,
				displayOptions: {
					// First, since n8n shows a field as soon as it meets a condition on an expression.
					show: {
						resource: [resource.option.value],
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

/**
 * The operation that a node is set to.
 *
 * @throws NodeOperationError when this version of the node does not have it.
 */
export function chosenOperation(from: ItemReader): Operation {
	const resource = from.text(resourceField, { guards: true });
	const operationField = {
		displayName: 'Operation',
		name: 'operation',
		type: 'string',
		default: '',
	} as const;
	const operation = from.text(operationField, { guards: true });
	for (const field of [resourceField, operationField]) {
		// n8n then takes the options of any operation, and drops what those do not have, such as Tool Limits.
		if (isTool(from.context) && String(from.written(field)).startsWith('=')) {
			throw from.fail(
				field,
				'of a tool cannot be an expression, so nothing was done',
				'Choose it from the list. With an expression, n8n leaves out options such as Tool Limits.',
			);
		}
	}
	const found = findOperation(resource, operation);
	if (found) return found;
	throw from.fail(
		operationField,
		`${shown(operation)} of the resource ${shown(resource)} is not in this version of the node`,
		'Choose another operation, or update the package n8n-nodes-fluentsai.',
	);
}
