import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { NodeHelpers } from 'n8n-workflow';
import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import { FluentsAi } from '../../nodes/FluentsAi/FluentsAi.node';
import { FluentsAiLiveTrigger } from '../../nodes/FluentsAiLiveTrigger/FluentsAiLiveTrigger.node';
import { FluentsAiTrigger } from '../../nodes/FluentsAiTrigger/FluentsAiTrigger.node';
import { FluentsAiApi } from '../../credentials/FluentsAiApi.credentials';
import { resources } from '../../nodes/FluentsAi/resources';

/** Rules of n8n's UX guidelines that no lint rule checks, on everything that a user can see. */

interface Place {
	path: string;
	property: INodeProperties;
	/** Of its node. */
	methods: { listSearch?: object; loadOptions?: object; resourceMapping?: object };
	/** In how many groups it stands. */
	depth: number;
}

const node = new FluentsAi();
const trigger = new FluentsAiTrigger();
const liveTrigger = new FluentsAiLiveTrigger();
const { description } = node;
const places = [
	...walk(description.properties, '', node.methods),
	...walk(trigger.description.properties, 'trigger', trigger.methods),
	...walk(liveTrigger.description.properties, 'live trigger', liveTrigger.methods),
	...walk(new FluentsAiApi().properties, 'credential', {}),
];

function walk(
	properties: INodeProperties[],
	parent: string,
	methods: Place['methods'],
	depth = 0,
): Place[] {
	return properties.flatMap((property) => {
		const shown = Object.values(property.displayOptions?.show ?? {})
			.flat()
			.join('/');
		const path = [parent, shown && `(${shown})`, property.name].filter(Boolean).join(' ');
		const inner = (property.options ?? []).flatMap((option) => {
			if ('values' in option) return walk(option.values, path, methods, depth + 1);
			return 'displayName' in option ? walk([option], path, methods, depth + 1) : [];
		});
		return [{ path, property, methods, depth }, ...inner];
	});
}

/** One row per distinct field: the same field stands below many operations. */
const each = (wanted: (property: INodeProperties) => boolean) => {
	const found = new Map<string, Place>();
	for (const place of places.filter(({ property }) => wanted(property))) {
		const { displayName, name, description: text } = place.property;
		const key = `${displayName}|${name}|${text}`;
		if (!found.has(key)) found.set(key, place);
	}
	return [...found.values()].map(
		({ path, property, methods }) => [path, property, methods] as const,
	);
};

const isText = ({ type, typeOptions }: INodeProperties) =>
	type === 'string' && !typeOptions?.password;
const hasTexts = ({ type }: INodeProperties) => type !== 'notice' && type !== 'hidden';

test('there is something to check', () => expect(places.length).toBeGreaterThan(200));

test('parameters are named in camelCase, as those of other nodes', () => {
	const names = [...new Set(places.map(({ property }) => property.name))];
	expect(names.filter((name) => !/^[a-z][a-zA-Z0-9]*$/.test(name))).toEqual([]);
});

test.each(each(isText))('text field %s has an example', (_path, { placeholder }) => {
	expect(placeholder).toMatch(/^e\.g\. \S/);
});

test.each(each(({ type }) => type === 'json'))(
	'JSON field %s has an example',
	(_path, property) => {
		expect(property.placeholder).toMatch(/^e\.g\. \S/);
	},
);

test.each(each(({ type }) => type === 'boolean'))('%s starts with Whether', (_path, property) => {
	expect(property.description).toMatch(/^Whether /);
});

test.each(each(hasTexts))('%s has a label in Title Case', (_path, { displayName }) => {
	const small = /^(a|an|and|as|at|by|for|from|if|in|is|of|on|or|the|to|with|per)$/;
	const words = displayName
		.replace(/\([^)]*\)/g, '')
		.split(/[\s/-]+/)
		.filter(Boolean);
	for (const [i, word] of words.entries()) {
		if (i > 0 && small.test(word)) continue;
		expect(word).toMatch(/^[A-Z0-9(]|^n8n/);
	}
});

test('no label is longer than its room beside the buttons that appear with it', () => {
	// Seen in n8n 2.41: 200, 184 and 136 pixels, of which a letter takes six; in a group, texts have one button more.
	const room = ({ depth, property: { type } }: Place) => {
		if (depth === 1) return /^(json|string)$/.test(type) ? 26 : 29;
		return depth === 0 ? 32 : 22;
	};
	const isFrame = ({ type }: INodeProperties) => /ollection$|^(hidden|notice)$/.test(type);
	const cut = places.filter(
		(place) => !isFrame(place.property) && place.property.displayName.length > room(place),
	);
	expect(cut.map(({ property }) => property.displayName)).toEqual([]);
});

test.each(each(({ description: text }) => text !== undefined))(
	'the description of %s ends as n8n wants it',
	(_path, { description: text = '' }) => {
		const sentences = text
			.replace(/\b(e\.g|i\.e)\./g, '')
			.split(/[.!?](?:\s|$)/)
			.filter(Boolean);
		expect(text.trim()).toBe(text);
		if (sentences.length > 1) expect(text).toMatch(/[.!?]$|<\/a>\.?$/);
		else expect(text).not.toMatch(/\.$/);
	},
);

test.each(each(hasTexts))('%s says what it is for', (path, property) => {
	// n8n wants none on what a trigger waits for.
	const selfExplaining = /^(Resource|Operation|Trigger On)$/.test(property.displayName);
	// Next to the label of their group, these labels say it all.
	const isExplained =
		/ (batching (batchSize|batchInterval)|sort direction|(customQuery|query) (name|value))$/.test(
			path,
		);
	const isFrame = ['collection', 'fixedCollection'].includes(property.type);
	const needsText = !selfExplaining && !isExplained && !isFrame;
	expect(needsText && !property.description).toBe(false);
});

test.each(
	each(({ type, options }) => /^(multiO|o)ptions$/.test(type) && (options?.length ?? 0) >= 5),
)('the options of %s are sorted', (_path, { name: field, options }) => {
	const names = (options as INodePropertyOptions[]).map(({ name }) => name);
	switch (field) {
		case 'days':
			expect([names[0], names[6]]).toEqual(['Monday', 'Sunday']);
			break;
		case 'resource':
			// Tested below.
			break;
		default:
			expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)));
	}
});

test.each(each(({ type }) => type === 'collection'))(
	'the fields of %s are sorted',
	(_path, { options }) => {
		const names = (options as INodeProperties[]).map(({ displayName }) => displayName);
		expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)));
	},
);

test.each(each(({ type }) => type === 'resourceLocator'))(
	'%s can be searched',
	(_path, property, methods) => {
		const [list, ...others] = property.modes ?? [];
		expect(list.name).toBe('list');
		expect(property.default).toEqual({ mode: 'list', value: '' });
		const method = list.typeOptions?.searchListMethod ?? '';
		expect(Object.keys(methods.listSearch ?? {})).toContain(method);
		for (const mode of others) expect(mode.placeholder).toMatch(/^e\.g\. \S/);
	},
);

test.each(each(({ typeOptions }) => typeOptions?.loadOptionsMethod !== undefined))(
	'%s is filled by a method that exists',
	(_path, { typeOptions }, methods) => {
		const known = Object.keys(methods.loadOptions ?? {});
		expect(known).toContain(typeOptions?.loadOptionsMethod);
	},
);

test.each(each(({ type }) => type === 'resourceMapper'))(
	'%s has fields of a method that exists, anew for each agent',
	(_path, { typeOptions }, methods) => {
		const known = Object.keys(methods.resourceMapping ?? {});
		expect(known).toContain(typeOptions?.resourceMapper?.resourceMapperMethod);
		expect(typeOptions?.loadOptionsDependsOn).toEqual(['agentId.value']);
	},
);

test.each(each(({ type }) => /^(multiO|o)ptions$/.test(type)))(
	'%s has something to choose from',
	(_path, { options = [], typeOptions }) => {
		if (typeOptions?.loadOptionsMethod === undefined) expect(options).not.toEqual([]);
	},
);

/** Everything that n8n shows of a field and of its options. */
const textsOf = ({
	displayName,
	description: text,
	placeholder,
	hint,
	options = [],
}: INodeProperties) => [
	...[displayName, text, placeholder, hint].filter((shown) => shown !== undefined),
	...options.flatMap((option) =>
		'value' in option ? [option.name, option.description ?? ''] : [],
	),
];

test('no text has a tab or a line break, which n8n shows as a gap', () => {
	const broken = places.filter(({ property }) =>
		textsOf(property).some((text) => /[\t\n]/.test(text)),
	);
	expect(broken.map(({ path }) => path)).toEqual([]);
});

/** The term for each thing, and what it must not be called. */
const terms: Array<[string, RegExp]> = [
	['canceled, dialed, labeled, as Americans do', /\b(cancel|dial|label)led\b/i],
	['context variable', /\b(dynamic|prompt) variables?\b/i],
	['phone number', /\b(tele)?phone no\b|\btelephone numbers?\b/i],
	['timeout', /\btime-out\b/i],
	['time zone', /\btimezones?\b/i],
	['voicemail', /\bvoice mail\b|\banswering machine\b/i],
];

test.each(terms)('texts say %s', (_term, otherwise) => {
	const found = places.filter(({ property }) =>
		textsOf(property).some((text) => otherwise.test(text)),
	);
	expect(found.map(({ path }) => path)).toEqual([]);
});

test('simplified output has the ID, for the model of a tool as well', () => {
	const without = resources.flatMap(({ option: resource, operations }) =>
		operations
			.filter(({ properties }) => properties.some(({ name }) => name === 'simple'))
			.filter(({ output }) => !('id' in output))
			.map(({ option }) => `${resource.value} ${option.value}`),
	);
	// A number that can still be bought has none.
	expect(without).toEqual(['phoneNumber getAvailable']);
});

test('Simplify stands below what chooses the records', () => {
	for (const { operations } of resources) {
		for (const { properties } of operations) {
			const names = properties.map(({ name }) => name);
			if (!names.includes('simple')) continue;
			expect(names.indexOf('simple')).toBeGreaterThan(names.indexOf('filters'));
			expect(names.indexOf('simple')).toBeGreaterThan(names.indexOf('sort'));
		}
	}
});

test.each(each(({ typeOptions }) => typeOptions?.password === true))(
	'%s keeps no secret in its default',
	(_path, property) => expect(property.default).toBe(''),
);

describe.each(resources.map((resource) => [resource.option.name, resource] as const))(
	'%s',
	(_name, { option, operations }) => {
		test('has its operations in order, each once', () => {
			const names = operations.map((operation) => operation.option.name);
			expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)));
			expect(new Set(names).size).toBe(names.length);
		});

		test.each(operations.map((operation) => [operation.option.name, operation] as const))(
			'%s follows the rules for operations',
			(name, operation) => {
				const { action, description: text, value } = operation.option;
				expect(action).toMatch(/^[A-Z][^A-Z]*$/);
				expect(text).not.toMatch(/(error|problem|failure|mistake)/i);
				if (value === 'getAll') {
					expect(name).toBe('Get Many');
					expect(action).toMatch(/^Get many /);
					expect(text).toContain('many');
				}
				expect(Object.keys(operation.output).length).toBeLessThanOrEqual(10);
				expect(operation.properties.at(-1)?.name).toBe('options');
				const required = operation.properties.map((property) => property.required === true);
				const lastRequired = required.lastIndexOf(true);
				const firstCollection = operation.properties.findIndex(
					({ type }) => type === 'collection',
				);
				if (firstCollection >= 0) expect(lastRequired).toBeLessThan(firstCollection);
			},
		);

		test('stands in the resource list', () => expect(option.name).toMatch(/^[A-Z]/));
	},
);

describe('options of a run stand only where they do something', () => {
	const rows = resources.flatMap(({ option: resource, operations }) =>
		operations.map((operation) => {
			const { options = [] } = operation.properties.at(-1) ?? {};
			const names = options.map(({ name }) => name);
			return [`${resource.value}.${operation.option.value}`, { operation, names }] as const;
		}),
	);

	test.each(rows)('%s', (name, { operation, names }) => {
		const isList = /^get(All|Available)$/.test(operation.option.value);
		expect(names.includes('batching')).toBe(operation.kind !== 'write' && !isList);
		expect(names.includes('timeout')).toBe(name !== 'liveRequest.respond');
		expect(names).toContain('requiredEnvironment');
		const reads = /^(get|getAll|send)$/.test(operation.option.value);
		const mayHoldSecrets = !/^(prompt|webhook)\./.test(name);
		expect(names.includes('includeSecrets')).toBe(reads && mayHoldSecrets);
	});
});

test('resources stand in order, after Call', () => {
	const [first, ...names] = resources.map(({ option }) => option.name);
	expect(first).toBe('Call');
	expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)));
});

test('what makes no sense for a tool is hidden from it, by n8n itself', () => {
	const tool = { ...description, name: `${description.name}Tool` };
	const hidden = (place: INodeProperties | INodePropertyOptions) =>
		[description, tool].map(
			(type) => !NodeHelpers.displayParameter({}, place, { typeVersion: 1 }, type),
		);
	const found = [
		...resources.map(({ option }) => option),
		...places.map(({ property }) => property),
	].filter((place) => place.displayOptions?.hide?.['@tool']);
	expect([...new Set(found.map(({ name }) => name))].sort()).toEqual([
		'API Request',
		'Live Request',
		'batching',
		'replaceWebhook',
		'waitUsing',
	]);
	for (const place of found) expect(hidden(place)).toEqual([false, true]);
});

test("n8n's panel shows the trigger's description for both, and it covers placing calls", () => {
	expect(trigger.description.description).toMatch(/^Place phone calls/);
});

test.each(['telephone', 'outbound', 'respond', 'voicemail'])('people find it by %s', (word) => {
	const path = resolve(__dirname, '../../nodes/FluentsAi/FluentsAi.node.json');
	const { alias } = JSON.parse(readFileSync(path, 'utf8')) as { alias: string[] };
	expect(alias.map((name) => name.toLowerCase())).toContain(word);
});

test('whatever dials or costs says so, to people and to AI agents', () => {
	expect(description.description).toContain('dials a real person and costs money');
	const call = resources.find(({ option }) => option.value === 'call');
	for (const value of ['create', 'createAndWait']) {
		const operation = call?.operations.find((candidate) => candidate.option.value === value);
		expect(operation?.option.description).toMatch(/dials a real phone number.*costs money/);
	}
	expect(description.usableAsTool).toBe(true);
});

test('no panel shows the URL of a trigger, which does not work without its secret', () => {
	const webhooks = [trigger, liveTrigger].flatMap(({ description: of }) => of.webhooks ?? []);
	expect(webhooks).toHaveLength(4);
	expect(webhooks.filter(({ ndvHideUrl }) => ndvHideUrl !== true)).toEqual([]);
});
