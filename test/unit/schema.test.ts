import Ajv from 'ajv';
import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import { schemaProblem } from '../../nodes/FluentsAiLiveTrigger/action/schema';
import { readInput } from '../../nodes/shared/inputSchema';

/** The checker of schemas, compared with a validator of JSON Schema. */

const ajv = new Ajv({ logger: false });

const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];
const name = fc.constantFrom('a', 'b', 'c');

/** What agents can be built from. */
const { field } = fc.letrec<{ field: IDataObject; object: IDataObject }>((tie) => ({
	field: fc.oneof(
		{ depthSize: 'small', withCrossShrink: true },
		fc.record({ type: fc.constantFrom('string', 'number', 'integer', 'boolean') }),
		fc.record({
			type: fc.constant('string'),
			enum: fc.uniqueArray(fc.string(), { minLength: 1, maxLength: 3 }),
		}),
		fc.record({ type: fc.constant('integer'), minimum: fc.integer(), maximum: fc.integer() }),
		fc.record({ type: fc.constant('array'), items: tie('field') }),
		tie('object'),
	),
	object: objectOf(tie('field')),
}));

function objectOf(fields: fc.Arbitrary<IDataObject>): fc.Arbitrary<IDataObject> {
	return fc
		.tuple(fc.dictionary(name, fields, { maxKeys: 3 }), fc.boolean())
		.map(([properties, isRequired]) => ({
			type: 'object',
			properties,
			required: isRequired ? Object.keys(properties) : [],
		}));
}

/** The same with a fault somewhere in it: the keyword, and what stands there. */
const fault = fc.oneof(
	fc.tuple(
		fc.constant('type'),
		fc.oneof(
			fc.string().filter((text) => !TYPES.includes(text)),
			fc.integer(),
			fc.constantFrom(null, {}, ['string', 'text']),
		),
	),
	fc.tuple(fc.constant('required'), fc.oneof(fc.boolean(), fc.string(), fc.constant([1]))),
	fc.tuple(fc.constant('enum'), fc.constantFrom(null, 'a, b', {}, [])),
	fc.tuple(fc.constant('properties'), fc.constantFrom(null, [], 'a', { a: 'string' }, { a: 1 })),
);

test('what agents can be built from has no problem, and is good JSON Schema', () => {
	fc.assert(
		fc.property(objectOf(field), (schema) => {
			expect(schemaProblem(schema)).toBeUndefined();
			expect(ajv.validateSchema(schema)).toBe(true);
		}),
	);
});

test('what is no JSON Schema has a problem, with what to write instead', () => {
	fc.assert(
		fc.property(objectOf(field), name, fault, (schema, place, [keyword, value]) => {
			const properties = schema.properties as Record<string, IDataObject>;
			const faulty = {
				...properties[place],
				type: 'object',
				properties: {},
				[keyword]: value,
			};
			const whole = { ...schema, properties: { ...properties, [place]: faulty } };
			fc.pre(!ajv.validateSchema(whole));
			expect(schemaProblem(whole as IDataObject)).toMatch(/Write |Give it another name/);
		}),
	);
});

/** null means that nothing was given. */
function withoutNulls(value: unknown): unknown {
	return JSON.parse(JSON.stringify(value, (_, one: unknown) => one ?? undefined));
}

test('what is read without a problem fits the schema', () => {
	const value = fc.oneof(
		fc.jsonValue({ maxDepth: 2 }),
		fc.constantFrom('4', 'true', '', ' 7 ', '[1]', '{"a":"x"}', 1, 0, false),
	);
	fc.assert(
		fc.property(
			objectOf(field),
			fc.dictionary(name, value, { maxKeys: 3 }),
			(schema, given) => {
				const { input, problems } = readInput(given as IDataObject, schema);
				fc.pre(problems.length === 0);
				const isValid = ajv.validate(schema, withoutNulls(input));
				expect([isValid, ajv.errors]).toEqual([true, null]);
			},
		),
	);
});

test.each<[string, IDataObject, RegExp | undefined]>([
	[
		'an alternative of an unknown type',
		{ anyOf: [{ type: 'strin' }] },
		/'a.anyOf.0' the unknown type/,
	],
	[
		'a definition without properties',
		{ $defs: { b: { type: 'object' } } },
		/'a.\$defs.b' as an object/,
	],
	['alternatives that are none', { oneOf: ['string'] }, /describes 'a.oneOf.0' by "string"/],
	[
		'alternatives that require what stands around them',
		{
			type: 'object',
			properties: { b: { type: 'string' }, c: { type: 'string' } },
			anyOf: [{ required: ['b'] }, { required: ['c'] }],
		},
		undefined,
	],
	['very many objects', nested(5000), /nests too deep. Write at most 100/],
])('%s', (_what, schema, problem) => {
	const found = schemaProblem({ type: 'object', properties: { a: schema } });
	if (problem) expect(found).toMatch(problem);
	else expect(found).toBeUndefined();
});

function nested(depth: number): IDataObject {
	let schema: IDataObject = { type: 'string' };
	for (let i = 0; i < depth; i++) schema = { type: 'object', properties: { a: schema } };
	return schema;
}
