import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { IDataObject } from 'n8n-workflow';
import { parse } from 'yaml';

import { sentNames, type BodyField } from '../../nodes/FluentsAi/fields/body';
import { accountConnectionFields } from '../../nodes/FluentsAi/resources/accountConnection/fields';
import { actionFields } from '../../nodes/FluentsAi/resources/action/fields';
import { agentFields } from '../../nodes/FluentsAi/resources/agent/fields';
import { buyNumberFields } from '../../nodes/FluentsAi/resources/phoneNumber/buy';
import { linkNumberFields } from '../../nodes/FluentsAi/resources/phoneNumber/link';
import { updateNumberFields } from '../../nodes/FluentsAi/resources/phoneNumber/update';
import { promptFields } from '../../nodes/FluentsAi/resources/prompt/fields';
import { voiceFields } from '../../nodes/FluentsAi/resources/voice/fields';
import { webhookFields } from '../../nodes/FluentsAi/resources/webhook/fields';
import { agentFieldNames } from '../../nodes/shared/records/agent';
import { startSimulator, type Simulator } from '../../simulator';
import { numbersForSale } from '../../simulator/model/seeds';

/** Names each stop of 'Add a field to a resource' in CONTRIBUTING.md that a field lacks. */

interface Schema {
	$ref?: string;
	type?: string | string[];
	properties?: Record<string, Schema>;
	anyOf?: Schema[];
	items?: Schema;
	enum?: unknown[];
	examples?: unknown[];
	minimum?: number;
	'x-known-values'?: string[];
}

interface ApiOperation {
	operationId: string;
	requestBody?: { content: { 'application/json': { schema: Schema } } };
}

const root = resolve(__dirname, '../..');
const read = (path: string) => readFileSync(resolve(root, path), 'utf8');
const description = parse(read('docs/fluents.openapi.yaml')) as {
	paths: Record<string, Record<string, ApiOperation>>;
};

const apiOperations = Object.entries(description.paths).flatMap(([path, methods]) =>
	Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
);

function apiOperation(operationId: string) {
	const found = apiOperations.find((operation) => operation.operationId === operationId);
	if (!found) throw new Error(`${operationId} is not in the description`);
	return found;
}

function bodyOf(operationId: string): Schema {
	return apiOperation(operationId).requestBody?.content['application/json'].schema ?? {};
}

/** The schema that a reference stands for; other keywords stand beside none in the description. */
function resolved(schema: Schema): Schema {
	if (schema.$ref === undefined) return schema;
	const [, ...names] = schema.$ref.split('/');
	const target = names.reduce<unknown>(
		(node, name) => (node as Record<string, unknown>)[name],
		description,
	);
	return resolved(target as Schema);
}

/** The schema of a field such as `label` or `config.url`, in whichever form of its object has it. */
function propertyOf(schema: Schema, [name, ...inside]: string[]): Schema | undefined {
	const { properties, anyOf = [] } = resolved(schema);
	const own = properties?.[name];
	if (own) return inside.length > 0 ? propertyOf(own, inside) : own;
	for (const form of anyOf) {
		const found = propertyOf(form, [name, ...inside]);
		if (found) return found;
	}
	return undefined;
}

interface Table {
	resource: string;
	fields: BodyField[];
	/** The operations of the API that take these fields. */
	writes: string[];
}

const tables: Table[] = [
	{
		resource: 'accountConnection',
		fields: accountConnectionFields,
		writes: ['createAccountConnection', 'updateAccountConnection'],
	},
	{ resource: 'action', fields: actionFields, writes: ['createAction', 'updateAction'] },
	{ resource: 'agent', fields: agentFields, writes: ['createAgent', 'updateAgent'] },
	{ resource: 'phoneNumber', fields: buyNumberFields, writes: ['buyNumber'] },
	{ resource: 'phoneNumber', fields: linkNumberFields, writes: ['linkNumber'] },
	{ resource: 'phoneNumber', fields: updateNumberFields, writes: ['updateNumber'] },
	{ resource: 'prompt', fields: promptFields, writes: ['createPrompt', 'updatePrompt'] },
	{ resource: 'voice', fields: voiceFields, writes: ['createVoice', 'updateVoice'] },
	{ resource: 'webhook', fields: webhookFields, writes: ['createWebhook', 'updateWebhook'] },
];

let simulator: Simulator;

beforeAll(async () => {
	simulator = await startSimulator();
});

beforeEach(() => simulator.reset());

afterAll(async () => await simulator.close());

/** @throws what the simulator says when it refuses. */
async function ask(operationId: string, query: Record<string, string>, body?: IDataObject) {
	const { path, method } = apiOperation(operationId);
	const response = await fetch(`${simulator.url}${path}?${new URLSearchParams(query)}`, {
		method: method.toUpperCase(),
		headers: {
			authorization: `Bearer ${simulator.keys.default}`,
			'content-type': 'application/json',
		},
		body: body && JSON.stringify(body),
	});
	const text = await response.text();
	if (!response.ok) throw new Error(`${operationId} is refused: ${text}`);
	return JSON.parse(text) as IDataObject;
}

const collections = {
	account_connection_id: 'accountConnections',
	actions: 'actions',
	inbound_agent: 'agents',
	openai_account_connection: 'accountConnections',
	prompt: 'prompts',
	telephony_account_connection: 'accountConnections',
	voice: 'voices',
	webhook: 'webhooks',
} as const;

/** A value that the description allows; `which` tells one from another. */
function sampleOf(schema: Schema, which: number): unknown {
	const {
		type,
		anyOf,
		enum: values,
		examples,
		properties,
		items,
		minimum,
		...rest
	} = resolved(schema);
	const known = examples ?? values ?? rest['x-known-values'];
	if (known) return known[which % known.length];
	if (anyOf) return sampleOf(anyOf[0], which);
	switch ([type].flat()[0]) {
		case 'boolean':
			return which === 1;
		case 'integer':
		case 'number':
			return (minimum ?? 0) + which;
		case 'array':
			return [sampleOf(items ?? {}, which)];
		case 'object':
			return Object.fromEntries(
				Object.entries(properties ?? { sample: {} }).map(([name, property]) => [
					name,
					sampleOf(property, which),
				]),
			);
		default:
			return `Sample ${which}`;
	}
}

/** A value of a field that is sent: the ID of what there is, a number that can be had, or any. */
function valueOf(write: string, api: string, which: number): unknown {
	if (api in collections) {
		const collection = collections[api as keyof typeof collections];
		const ids = [...simulator.environment('default')[collection].keys()];
		const id = ids[which % ids.length];
		return api === 'actions' ? [id] : id;
	}
	if (api === 'phone_number') return write === 'buyNumber' ? numbersForSale[0] : '+12125550188';
	return sampleOf(propertyOf(bodyOf(write), api.split('.')) ?? {}, which);
}

type Sent = Exclude<BodyField, { kind: 'form' }>;

const isSent = (field: BodyField): field is Sent => field.kind !== 'form';

/** The least body that may hold a field, and the field in it. */
function bodyWith(fields: BodyField[], target: Sent, write: string, which: number): IDataObject {
	const conditions = (field: BodyField) =>
		Object.entries(field.property.displayOptions?.show ?? {}) as Array<[string, string[]]>;
	const choices = new Map<string, unknown>(
		fields.map(({ property }) => [property.name, property.default]),
	);
	for (const [name, values] of conditions(target)) {
		choices.set(name, values.find((value) => value !== 'other') ?? values[0]);
	}
	const body: IDataObject = {};
	for (const field of fields.filter(isSent)) {
		const { api, property, prominent } = field;
		const isNeeded = property.required === true || prominent === true || field === target;
		const isOffered = conditions(field).every(([name, values]) =>
			values.includes(String(choices.get(name))),
		);
		if (!isNeeded || !isOffered) continue;
		const decides = api === 'type' && property.required;
		const value = decides
			? choices.get(property.name)
			: valueOf(write, api, field === target ? which : 0);
		const [name, inside] = api.split('.');
		if (inside === undefined) body[name] = value as IDataObject[string];
		else body[name] = { ...(body[name] as IDataObject), [inside]: value as string };
	}
	return body;
}

/** What stands in an object under the API's name of a field; of other objects, their IDs. */
function valueIn(object: IDataObject, api: string): unknown {
	const found = api
		.split('.')
		.reduce<unknown>((inside, name) => (inside as IDataObject | null)?.[name], object);
	const referencedId = (value: unknown) => (value as IDataObject | null)?.id ?? value;
	if (!(api in collections)) return found;
	return Array.isArray(found) ? found.map(referencedId) : referencedId(found);
}

/** What an object gives back of a field. A number is chosen by its digits, which it calls `number`. */
function givenBack(object: IDataObject, api: string): unknown {
	if (api === 'phone_number') return object.number;
	if (api === 'area_code') return String(object.number).slice('+1'.length, '+1415'.length);
	return valueIn(object, api);
}

/** Sends a field with each write, reads the object after each, and names the writes that lost the field. */
async function writesThatLoseIt({ fields, writes }: Table, field: Sent): Promise<string[]> {
	const lost: string[] = [];
	let { id, number } = [...simulator.environment('default').numbers.values()][0] as IDataObject;
	for (const [which, write] of writes.entries()) {
		const isNumber = write.endsWith('Number');
		const key = (): Record<string, string> =>
			isNumber ? { phone_number: String(number) } : { id: String(id) };
		const body = bodyWith(fields, field, write, which);
		const answer = await ask(write, write.startsWith('update') ? key() : {}, body);
		({ id, number } = answer);
		const get = isNumber ? 'getNumber' : write.replace(/^(create|update)/, 'get');
		const object = await ask(get, key());
		const sent = JSON.stringify(valueIn(body, field.api));
		if (JSON.stringify(givenBack(object, field.api)) !== sent) lost.push(`${write} of ${sent}`);
	}
	return lost;
}

const rows = tables.flatMap((table) =>
	table.fields
		.filter(isSent)
		.map(
			(field) =>
				[`${table.resource}.${field.api}`, field.property.name, table, field] as const,
		),
);

test('there are fields to check, and each table of fields is among them', () => {
	expect(rows.length).toBeGreaterThan(100);
	const folder = resolve(root, 'nodes/FluentsAi/resources');
	const withTables = readdirSync(folder).filter((name) =>
		existsSync(resolve(folder, name, 'fields.ts')),
	);
	expect([...new Set(tables.map(({ resource }) => resource))]).toEqual(withTables.sort());
});

test.each(rows)('%s (%s) is in the description, the simulator and a test', async (...row) => {
	const [name, property, table, field] = row;
	const missing: string[] = [];
	for (const write of table.writes) {
		if (propertyOf(bodyOf(write), field.api.split('.'))) continue;
		const schema = bodyOf(write).$ref?.split('/').at(-1);
		missing.push(`${name}: not in the description (docs/fluents.openapi.yaml, ${schema})`);
	}
	if (missing.length === 0) {
		for (const lost of await writesThatLoseIt(table, field)) {
			missing.push(`${name}: the simulator does not give it back after ${lost} (simulator/)`);
		}
	}
	const file = `test/nodes/${table.resource}.test.ts`;
	const names = [property, field.api.split('.').at(-1)].join('|');
	if (!new RegExp(`(^|[^\\w.])(${names})['"]?[:,\\]]`, 'm').test(read(file))) {
		missing.push(`${name}: '${property}' is in no test (${file})`);
	}
	expect(missing).toEqual([]);
});

/** What bodies of the description may hold, and the node does not offer. */
const leftOut: Record<string, string> = {
	'agent.vector_database': 'vector databases may not exist (API: C18)',
	'accountConnection.id': 'the query chooses the object',
	'accountConnection.user_id': 'the owner does not change',
};

/** The names of all that a body may hold, in any form of it. */
function namesIn(schema: Schema): string[] {
	const { properties = {}, anyOf = [] } = resolved(schema);
	return [...new Set([...Object.keys(properties), ...anyOf.flatMap(namesIn)])];
}

test.each(tables)(
	'every field of $writes is offered in the node',
	({ resource, fields, writes }) => {
		const sent = sentNames(fields).map((name) => name.split('.')[0]);
		const missing = [...new Set(writes.flatMap((write) => namesIn(bodyOf(write))))]
			.filter((name) => !sent.includes(name) && !(`${resource}.${name}` in leftOut))
			.map((name) => `${resource}.${name}: no field of the node (resources/${resource}/)`);
		expect(missing).toEqual([]);
	},
);

test('agents are changed with every field of theirs by the triggers, too', () => {
	const known: string[] = [...agentFieldNames];
	const sent = sentNames(agentFields);
	const place = 'agentFieldNames (nodes/shared/records/agent.ts)';
	expect([
		...sent
			.filter((name) => !known.includes(name))
			.map((name) => `agent.${name}: not in ${place}`),
		...known
			.filter((name) => !sent.includes(name))
			.map((name) => `agent.${name}: in ${place}, but no field of agents`),
	]).toEqual([]);
});
