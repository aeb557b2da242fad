import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { type Document, OpenAPIBackend } from 'openapi-backend';
import { parse } from 'yaml';

import { invalid, type Issue, Problem } from './operations/errors';
import { operations } from './operations';
import type { Answer, OperationContext } from './operations/context';

type Json = Record<string, unknown>;
type ValidationErrors = NonNullable<ReturnType<OpenAPIBackend['validateRequest']>['errors']>;

/** The context of a request before its query and body have been validated. */
export type RequestContext = Omit<OperationContext, 'query' | 'body'>;

const descriptionFile = path.join(__dirname, '..', 'docs', 'fluents.openapi.yaml');
const securityScheme = 'bearer';

/** Makes the schemas of request bodies refuse fields that they do not list. */
function refuseUnknownFields(node: unknown): void {
	if (typeof node !== 'object' || node === null) return;
	const schema = node as Json;
	if (schema['x-strict'] === true) schema.additionalProperties = false;
	for (const child of Object.values(schema)) refuseUnknownFields(child);
}

/** Names the field of a validation error and says what is wrong with it. */
function issueOf({ instancePath, keyword, params, message }: ValidationErrors[number]): Issue {
	const [root, ...parents] = instancePath.split('/').slice(1);
	const details = params as Record<string, unknown>;
	const inQuery = root === 'query' || details.missingProperty === 'query';
	const named = (property: unknown) =>
		property === 'requestBody' ? 'body' : [...parents, property].join('.');
	const place = { in: inQuery ? 'query' : 'body' } as const;
	if (keyword === 'required') {
		return { ...place, field: named(details.missingProperty), kind: 'missing' };
	}
	if (keyword === 'additionalProperties') {
		return { ...place, field: named(details.additionalProperty), kind: 'extra' };
	}
	const allowed =
		keyword === 'enum' ? `: ${(details.allowedValues as unknown[]).join(', ')}` : '';
	return {
		...place,
		field: parents.join('.') || 'body',
		kind: 'value',
		text: `${message}${allowed}`,
	};
}

let description: Promise<Document> | undefined;

async function load(strict: boolean): Promise<OpenAPIBackend> {
	description ??= readFile(descriptionFile, 'utf8').then((text) => parse(text) as Document);
	const definition = structuredClone(await description);
	if (strict) refuseUnknownFields(definition.components?.schemas);
	const api = new OpenAPIBackend({
		definition,
		apiRoot: '/v1',
		strict: true,
		// Validators are compiled when an operation is first used; a test lints the description itself.
		quick: true,
		coerceTypes: true,
		ajvOpts: {
			allErrors: true,
			validateFormats: false,
			// openapi-backend makes an Ajv for each validator, and each would compile the schema of schemas first.
			validateSchema: false,
			// Most validators check a few values, so it does not pay to make their code shorter.
			code: { optimize: false },
		},
		handlers: {
			notFound: ({ request }) => {
				throw new Problem(404, `Cannot ${request.method.toUpperCase()} ${request.path}`);
			},
			unauthorizedHandler: () => {
				throw new Problem(401, 'Unauthorized');
			},
			validationFail: ({ validation }) => {
				const errors = validation.errors ?? [];
				const broken = errors.find(({ keyword }) => keyword === 'parse');
				if (broken !== undefined) throw new Problem(400, `Broken JSON: ${broken.message}`);
				throw invalid(...errors.map(issueOf));
			},
		},
		securityHandlers: {
			[securityScheme]: (_, context: Partial<RequestContext>) =>
				context.environment !== undefined,
		},
	});
	await api.init();
	// openapi-backend would list the operations anew several times per request, which takes longer than the rest.
	const all = api.router.getOperations();
	api.router.getOperations = () => all;
	for (const [operationId, handler] of Object.entries(operations)) {
		api.register(operationId, ({ request }, context: RequestContext) =>
			handler({ ...context, query: request.query as Json, body: request.requestBody ?? {} }),
		);
	}
	return api;
}

const loaded = new Map<boolean, Promise<OpenAPIBackend>>();

/**
 * The API as described in docs/fluents.openapi.yaml: finds the operation of a request, validates the
 * request and calls the operation's handler with the request's context. Read once per process.
 * @param strict whether unknown fields in bodies are refused
 */
export async function loadApi(strict: boolean): Promise<OpenAPIBackend> {
	const known = loaded.get(strict) ?? load(strict);
	loaded.set(strict, known);
	return await known;
}

/** What kind of JSON a value is. */
export function kindOf(value: unknown): string {
	if (value === null) return 'null';
	return Array.isArray(value) ? 'array' : typeof value;
}

/** The value at a JSON pointer. */
function valueAt(body: unknown, pointer: string): unknown {
	const names = pointer.split('/').slice(1);
	return names.reduce<unknown>((value, name) => (value as Json | undefined)?.[name], body);
}

/**
 * Checks an answer against the description.
 * @returns what does not fit, each with its path and the difference, without any value of the answer
 */
export function answerFaults(
	api: OpenAPIBackend,
	operationId: string,
	{ status, body }: Answer,
): string[] {
	if (body === undefined) return [];
	const errors = api.validateResponse(body, operationId, status).errors ?? [];
	const isDeeper = ({ instancePath }: ValidationErrors[number], than: string) =>
		instancePath.startsWith(`${than}/`);
	// Of a value that may be several things, the branch that was meant is the one that failed deepest.
	const meant = errors.filter(
		({ instancePath, keyword }) =>
			keyword !== 'anyOf' &&
			!(keyword === 'type' && errors.some((error) => isDeeper(error, instancePath))),
	);
	const faults = meant.map(({ instancePath, keyword, message }) => {
		const got = keyword === 'type' ? `, is ${kindOf(valueAt(body, instancePath))}` : '';
		return `${instancePath || 'body'} ${message}${got}`;
	});
	return [...new Set(faults)];
}
