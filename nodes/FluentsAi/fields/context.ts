import type { IDataObject, INodeProperties } from 'n8n-workflow';

import { toObject, toTexts } from '../../shared/parameters/convert';
import type { ItemReader } from '../../shared/parameters/reader';
import { shown } from '../../shared/shown';
import { inputOf, isTool } from '../tool';
import { nameValueField, readNameValues, withNames } from './nameValues';

const specifyField: INodeProperties = {
	displayName: 'Specify Context',
	name: 'specifyContext',
	type: 'options',
	options: [
		{ name: 'Using Fields Below', value: 'keypair' },
		{ name: 'Using JSON', value: 'json' },
	],
	default: 'keypair',
	description: 'How to give the variables',
};

const byFields = { show: { specifyContext: ['keypair'] } };

export const mapperField: INodeProperties = {
	displayName: 'Context',
	name: 'context',
	type: 'resourceMapper',
	noDataExpression: true,
	default: { mappingMode: 'defineBelow', value: null },
	displayOptions: byFields,
	typeOptions: {
		loadOptionsDependsOn: ['agentId.value'],
		resourceMapper: {
			resourceMapperMethod: 'getPromptVariables',
			mode: 'add',
			valuesLabel: 'Context',
			fieldWords: { singular: 'variable', plural: 'variables' },
			// What the method says instead tells why there are none.
			hideNoDataError: true,
		},
	},
	description: "The variables that the agent's prompt needs",
};

/** What the editor stores of the mapper, under the mapper's label. */
const mappingMode: INodeProperties = {
	displayName: mapperField.displayName,
	name: 'mappingMode',
	type: 'options',
	default: 'defineBelow',
	options: [
		{ name: 'Map Each Column Manually', value: 'defineBelow' },
		{ name: 'Map Automatically', value: 'autoMapInputData' },
	],
};
const mappedValues: INodeProperties = {
	displayName: mapperField.displayName,
	name: 'value',
	type: 'collection',
	default: {},
};

const furtherField = nameValueField(
	{
		displayName: 'Further Variables',
		name: 'furtherVariables',
		displayOptions: byFields,
		description: 'They win over what is mapped automatically',
	},
	{
		displayName: 'Variable',
		name: 'variables',
		nameProperty: {
			placeholder: 'e.g. first_name',
			description: 'Name of the variable as in the prompt, without braces',
		},
		valueProperty: { placeholder: 'e.g. Anna', description: 'What the agent is told' },
	},
);

const jsonField: INodeProperties = {
	displayName: 'Context (JSON)',
	name: 'contextJson',
	type: 'json',
	default: '{}',
	displayOptions: { show: { specifyContext: ['json'] } },
	placeholder: 'e.g. { "first_name": "Anna" }',
	description: "The variables of the agent's prompt, as one flat object",
};

export const contextFields: INodeProperties[] = [
	specifyField,
	mapperField,
	furtherField,
	jsonField,
];

/** The variables of a call. The API takes a flat object of texts (API: createCall). */
export interface Context {
	/** What was given, as texts; what is not set is left out. */
	variables: IDataObject;
	/**
	 * The fields of the item that have these names, as texts, where variables are mapped automatically.
	 *
	 * @throws NodeOperationError for a value that is not flat.
	 */
	fromItem?(names: string[]): IDataObject;
}

/**
 * Reads the context of a call. Which fields of the item are variables, only the agent's prompt tells. The
 * item of a tool is what a model has asked for, which is never mapped.
 *
 * @throws NodeOperationError for a name that is empty or given twice, and for values that are not flat.
 */
export function readContext(from: ItemReader): Context {
	if (from.choice(specifyField) === 'json') {
		const given = Object.entries(from.json(jsonField, toObject) ?? {});
		return { variables: toVariables(from, jsonField, given) };
	}
	const further = toTexts(readNameValues(from, furtherField), from.failing(furtherField));
	const mapper = from.inside(mapperField);
	if (mapper.choice(mappingMode) === 'autoMapInputData') {
		return { variables: further, ...(!isTool(from.context) && { fromItem: mapping(from) }) };
	}
	const mapped = toVariables(from, mapperField, Object.entries(mapper.object(mappedValues)));
	const twice = Object.keys(further).find((name) => Object.hasOwn(mapped, name));
	if (twice === undefined) return { variables: { ...mapped, ...further } };
	throw from.fail(furtherField, `holds the variable ${shown(twice)}, which 'Context' holds, too`);
}

function mapping(from: ItemReader): Context['fromItem'] {
	const item = inputOf(from.context, from.itemIndex) ?? {};
	return (names) => {
		const own = names.filter((name) => Object.hasOwn(item, name));
		return toVariables(
			from,
			mapperField,
			own.map((name) => [name, item[name]]),
		);
	};
}

function toVariables(
	from: ItemReader,
	field: INodeProperties,
	entries: Array<[string, unknown]>,
): IDataObject {
	const fail = from.failing(field);
	return toTexts(withNames(entries, 'variable', fail), fail);
}
