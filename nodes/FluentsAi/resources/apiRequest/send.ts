import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { operationError } from '../../../shared/api/errors';
import { getRecords } from '../../../shared/api/pagination';
import { isObject } from '../../../shared/json';
import { hasMaskedSecret } from '../../../shared/masking';
import { toObject } from '../../../shared/parameters/convert';
import type { ItemReader } from '../../../shared/parameters/reader';
import { shapeRecord, type OutputOptions, type Shape } from '../../../shared/records/shape';
import { toQueryText } from '../../fields/list';
import { nameValueField, readNameValues } from '../../fields/nameValues';
import { includeSecretsOption, optionsField, optionsOf } from '../../fields/options';
import type { Operation } from '../../operation';
import { isTool } from '../../tool';
import { toApiPath } from './path';

const methodField: INodeProperties = {
	displayName: 'Method',
	name: 'method',
	type: 'options',
	options: [
		{ name: 'DELETE', value: 'DELETE' },
		{ name: 'GET', value: 'GET' },
		{ name: 'POST', value: 'POST' },
	],
	default: 'GET',
	description: 'The HTTP method: GET reads, POST creates or changes something',
};

const pathField: INodeProperties = {
	displayName: 'Path',
	name: 'path',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. /usage',
	description: 'The path below the Base URL of the credential, without a query',
};

const queryField = nameValueField(
	{
		displayName: 'Query Parameters',
		name: 'query',
		description: 'Added to the path as ?name=value',
	},
	{
		displayName: 'Parameter',
		name: 'parameters',
		nameProperty: { placeholder: 'e.g. id' },
		valueProperty: { placeholder: 'e.g. 550e8400-e29b-41d4-a716-446655440000' },
	},
);

const bodyField: INodeProperties = {
	displayName: 'Body (JSON)',
	name: 'body',
	type: 'json',
	default: '{}',
	placeholder: 'e.g. { "label": "Reception" }',
	displayOptions: { show: { method: ['POST'] } },
	description: 'What is sent, as one JSON object',
};

const returnAllField: INodeProperties = {
	displayName: 'Return All',
	name: 'returnAll',
	type: 'boolean',
	default: false,
	displayOptions: { show: { method: ['GET'] } },
	description: 'Whether to return all results or only up to a given limit',
	hint: 'Reads all pages of a list, and outputs each record as an item',
};

type Request =
	| { kind: 'list'; path: string; query: IDataObject }
	| { kind: 'get' | 'delete'; path: string; query: IDataObject }
	| { kind: 'post'; path: string; query: IDataObject; body: IDataObject };

interface Parameters {
	request: Request;
	output: OutputOptions;
}

/** Answers of which nothing is known. */
const shape: Shape = { references: [], simple: {} };

export const send: Operation<Parameters> = {
	option: {
		name: 'Send',
		value: 'send',
		action: 'Send a custom request',
		description: 'Ask the Fluents.ai API for something that this node does not offer',
	},
	properties: [
		methodField,
		pathField,
		queryField,
		bodyField,
		returnAllField,
		optionsField([includeSecretsOption]),
	],
	output: {},
	kind: 'write',
	read(from) {
		if (isTool(from.context)) {
			throw operationError(
				from.context.getNode(),
				'API Request is not available to AI agents and MCP clients. Use another operation',
				{ itemIndex: from.itemIndex },
			);
		}
		const includeSecrets = optionsOf(from).boolean(includeSecretsOption);
		return { request: readRequest(from), output: { simple: false, includeSecrets } };
	},
	async execute({ api, note }, { request, output }) {
		const { path, query } = request;
		if (request.kind === 'list') {
			const records = await getRecords(api, path, { query, limit: Infinity });
			return records.map((record) => ({ json: shapeRecord(record, shape, output) }));
		}
		const answer = await api.request(request.kind, path, {
			query,
			body: request.kind === 'post' ? request.body : undefined,
			ifUnclear: 'Check in Fluents.ai whether it took effect before you run this again.',
		});
		if (request.kind !== 'get') note(`${request.kind.toUpperCase()} ${path} sent`);
		const records = Array.isArray(answer) ? (answer as unknown[]) : [answer ?? {}];
		return records.map((record) => ({
			json: shapeRecord(
				isObject(record) ? record : { value: record as string },
				shape,
				output,
			),
		}));
	},
};

function readRequest(from: ItemReader): Request {
	const target = {
		path: toApiPath(from.text(pathField), from.failing(pathField)),
		query: readQuery(from),
	};
	switch (from.choice(methodField)) {
		case 'DELETE':
			return { kind: 'delete', ...target };
		case 'POST':
			return { kind: 'post', ...target, body: readBody(from) };
		default:
			return { kind: from.boolean(returnAllField) ? 'list' : 'get', ...target };
	}
}

function readQuery(from: ItemReader): IDataObject {
	const fail = from.failing(queryField);
	const entries = readNameValues(from, queryField);
	return Object.fromEntries(
		entries.map(([name, value]) => [name, toQueryText(value ?? '', fail)]),
	);
}

function readBody(from: ItemReader): IDataObject {
	const body = from.json(bodyField, toObject) ?? {};
	if (!hasMaskedSecret(body)) return body;
	throw from.fail(bodyField, 'holds a masked secret, which would overwrite the real one');
}
