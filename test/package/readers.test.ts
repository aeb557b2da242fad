import type {
	IExecuteFunctions,
	IHookFunctions,
	INodeParameters,
	INodeProperties,
	INodePropertyCollection,
} from 'n8n-workflow';

import { execute } from '../../nodes/FluentsAi/execute';
import type { Operation } from '../../nodes/FluentsAi/operation';
import { resources } from '../../nodes/FluentsAi/resources';
import { FluentsAiLiveTrigger } from '../../nodes/FluentsAiLiveTrigger/FluentsAiLiveTrigger.node';
import { readLiveParameters } from '../../nodes/FluentsAiLiveTrigger/parameters';
import { FluentsAiTrigger } from '../../nodes/FluentsAiTrigger/FluentsAiTrigger.node';
import { readDeliveryParameters } from '../../nodes/FluentsAiTrigger/parameters';
import { readerOfTrigger, type ParameterReader } from '../../nodes/shared/parameters/reader';
import { placesIn, withValue, type Place } from '../support/places';

/** Each parameter that the form offers has to be read by the code, or it does nothing. */

/** A value with which a run gets on to the next parameter. */
function sampleOf({ name, type, default: usual, options }: INodeProperties): unknown {
	if (name === 'confirm') return true;
	if (name === 'actionName') return 'find_order';
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

/** A form, and what reads it. */
interface Form {
	properties: INodeProperties[];
	/** What is asked for when the node runs with these parameters, by its path. */
	readBy(parameters: INodeParameters): Promise<Set<string>>;
}

/** What n8n's contexts have in common; `read` gets the paths of what is asked for. */
function contextOf(parameters: INodeParameters, read: Set<string>) {
	const node = { id: '1', name: 'Node', type: 'fluentsAi', parameters };
	return {
		getNode: () => node,
		getWorkflow: () => ({ id: '1' }),
		getExecutionId: () => '1',
		getTimezone: () => 'UTC',
		getCredentials: async () => await Promise.resolve({ apiKey: 'sk_0123456789' }),
		parameter(name: string, usual: unknown) {
			read.add(name);
			return noting(name in parameters ? parameters[name] : usual, [name], read);
		},
		helpers: {
			httpRequestWithAuthentication: async () =>
				await Promise.reject(new Error('Nothing is sent here')),
		},
	};
}

const formOf = (operation: Operation): Form => ({
	properties: operation.properties,
	async readBy(parameters) {
		const read = new Set<string>();
		const shared = contextOf(parameters, read);
		const context = {
			...shared,
			getInputData: () => [{ json: {} }],
			getContext: () => ({}),
			continueOnFail: () => true,
			evaluateExpression: () => '0',
			getParentNodes: () => [],
			getNodeParameter: (name: string, _item: number, usual: unknown) =>
				shared.parameter(name, usual),
		};
		await execute(context as unknown as IExecuteFunctions, () => operation);
		return read;
	},
});

/** A trigger reads parameters when it is published, and when a delivery comes. */
const formOfTrigger = (
	trigger: FluentsAiTrigger | FluentsAiLiveTrigger,
	readForDelivery: (from: ParameterReader) => unknown,
): Form => ({
	properties: trigger.description.properties,
	async readBy(parameters) {
		const read = new Set<string>();
		const shared = contextOf(parameters, read);
		const address = 'https://n8n.example.com/webhook/1/live';
		const context = {
			...shared,
			getMode: () => 'trigger',
			getActivationMode: () => 'activate',
			getInstanceId: () => '1',
			getInstanceBaseUrl: () => 'https://n8n.example.com/',
			getNodeWebhookUrl: () => address,
			getWorkflowStaticData: () => ({}),
			getNodeParameter: (name: string, usual: unknown) => shared.parameter(name, usual),
		} as unknown as IHookFunctions;
		// Nothing is sent here, so it ends after it has read.
		await expect(trigger.webhookMethods.default.create.call(context)).rejects.toThrow();
		try {
			readForDelivery(readerOfTrigger(context));
		} catch {
			// The sample may be no right value.
		}
		return read;
	},
});

/** The parameters with which a place is offered, and a field in it. */
function parametersWith({ properties }: Form, place: Place): INodeParameters {
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

/** The places of a form that the code does not ask for. */
async function unread(form: Form): Promise<string[]> {
	const missing: string[] = [];
	for (const place of placesIn(form.properties)) {
		const path = place.path.join('.');
		const read = await form.readBy(parametersWith(form, place));
		if (!read.has(path)) missing.push(`${path}: offered by the form, read by nothing`);
	}
	return missing;
}

const operations = resources.flatMap(({ option, operations: of }) =>
	of.map((operation) => [`${option.value} ${operation.option.value}`, operation] as const),
);

const forms = new Map<string, Form>([
	...operations.map(([name, operation]) => [name, formOf(operation)] as const),
	['the trigger', formOfTrigger(new FluentsAiTrigger(), readDeliveryParameters)],
	['the live trigger', formOfTrigger(new FluentsAiLiveTrigger(), readLiveParameters)],
]);

test.each([...forms])('every field of %s is read', async (_name, form) => {
	expect(await unread(form)).toEqual([]);
});

test.each(['call create', 'the trigger', 'the live trigger'])(
	'a field of %s that nothing reads is named',
	async (name) => {
		const form = forms.get(name)!;
		const fake: INodeProperties = {
			displayName: 'Fake',
			name: 'fake',
			type: 'string',
			default: '',
		};
		const properties = form.properties.map((property) =>
			property.name === 'options'
				? { ...property, options: [...(property.options as INodeProperties[]), fake] }
				: property,
		);
		expect(await unread({ ...form, properties: [...properties, fake] })).toEqual([
			'options.fake: offered by the form, read by nothing',
			'fake: offered by the form, read by nothing',
		]);
	},
);
