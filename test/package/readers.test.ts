import type {
	IExecuteFunctions,
	INodeParameters,
	INodeProperties,
	INodePropertyCollection,
} from 'n8n-workflow';

import { execute } from '../../nodes/FluentsAi/execute';
import type { Operation } from '../../nodes/FluentsAi/operation';
import { resources } from '../../nodes/FluentsAi/resources';
import { placesIn, withValue, type Place } from '../support/places';

/** Each parameter that the form offers has to be read by the code, or it does nothing. */

/** A value with which a run gets on to the next parameter. */
function sampleOf({ name, type, default: usual, options }: INodeProperties): unknown {
	if (name === 'confirm') return true;
	if (name === 'path') return '/usage';
	if (name === 'updateFields') return { additionalBodyFields: '{ "new_field": 1 }' };
	if (type === 'multiOptions') return ['event_transcript'];
	if (usual !== '' && (usual as { value?: unknown } | null)?.value !== '') return usual;
	switch (type) {
		case 'resourceLocator':
			return {
				__rl: true,
				mode: /number/i.test(name) ? 'number' : 'id',
				value: '+14155550123',
			};
		case 'dateTime':
			return '2026-01-31';
		case 'json':
			return '{}';
		case 'options':
			return (options as INodePropertyCollection[] | undefined)?.[0]?.name ?? '';
		default:
			return /number/i.test(name) ? '+14155550123' : 'https://example.com/sample';
	}
}

/** Collections as they are, which note what is asked of them; `path` is theirs. */
function noting(value: unknown, path: string[], read: Set<string>): unknown {
	if (typeof value !== 'object' || value === null) return value;
	return new Proxy(value, {
		getOwnPropertyDescriptor(target, name) {
			read.add([...path, String(name)].join('.'));
			return Reflect.getOwnPropertyDescriptor(target, name);
		},
		get(target, name) {
			const inner: unknown = Reflect.get(target, name);
			if (typeof name === 'string' && Object.hasOwn(target, name))
				read.add([...path, name].join('.'));
			return typeof name === 'symbol' ? inner : noting(inner, [...path, name], read);
		},
	});
}

/** What is asked for when the node runs with these parameters, by its path. */
async function readBy(operation: Operation, parameters: INodeParameters): Promise<Set<string>> {
	const read = new Set<string>();
	const node = { name: 'Node', type: 'fluentsAi', parameters };
	const context = {
		getInputData: () => [{ json: {} }],
		getNode: () => node,
		getWorkflow: () => ({ id: '1' }),
		getExecutionId: () => '1',
		getTimezone: () => 'UTC',
		getContext: () => ({}),
		continueOnFail: () => true,
		evaluateExpression: () => '0',
		getParentNodes: () => [],
		getCredentials: async () => await Promise.resolve({ apiKey: 'sk_0123456789' }),
		getNodeParameter(name: string, _item: number, usual: unknown) {
			read.add(name);
			return noting(name in parameters ? parameters[name] : usual, [name], read);
		},
		helpers: {
			httpRequestWithAuthentication: async () =>
				await Promise.reject(new Error('Nothing is sent here')),
		},
	};
	await execute(context as unknown as IExecuteFunctions, () => operation);
	return read;
}

/** The parameters with which a place is offered, and a field in it. */
function parametersWith({ properties }: Operation, place: Place): INodeParameters {
	const chosen: INodeParameters = { ...place.conditions };
	const known = (name: string) =>
		chosen[name] ?? properties.find((property) => property.name === name)?.default;
	for (const property of properties) {
		const isOffered = Object.entries(property.displayOptions?.show ?? {}).every(
			([name, values]) => name.startsWith('@') || values?.includes(known(name) as never),
		);
		const isNeeded = property.required ?? /^(confirm|updateFields)$/.test(property.name);
		if (isOffered && isNeeded) chosen[property.name] ??= sampleOf(property) as string;
	}
	return withValue(chosen, place, sampleOf(place.property) as string);
}

/** The places of an operation that its code does not ask for. */
async function unread(operation: Operation): Promise<string[]> {
	const missing: string[] = [];
	for (const place of placesIn(operation.properties)) {
		const path = place.path.join('.');
		const read = await readBy(operation, parametersWith(operation, place));
		if (!read.has(path)) missing.push(`${path}: offered by the form, read by nothing`);
	}
	return missing;
}

const operations = resources.flatMap(({ option, operations: of }) =>
	of.map((operation) => [`${option.value} ${operation.option.value}`, operation] as const),
);

test.each(operations)('every field of %s is read', async (_name, operation) => {
	expect(await unread(operation)).toEqual([]);
});

test('a field that nothing reads is named', async () => {
	const [, create] = operations.find(([name]) => name === 'call create')!;
	const fake: INodeProperties = {
		displayName: 'Fake',
		name: 'fake',
		type: 'string',
		default: '',
	};
	const properties = create.properties.map((property) => {
		const { name, options = [] } = property;
		if (name === 'options')
			return { ...property, options: [...(options as INodeProperties[]), fake] };
		return property;
	});
	expect(await unread({ ...create, properties: [...properties, fake] })).toEqual([
		'options.fake: offered by the form, read by nothing',
		'fake: offered by the form, read by nothing',
	]);
});
