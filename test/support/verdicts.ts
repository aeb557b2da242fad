import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { HostileValue } from './hostileValues';
import type { Place } from './places';

/** What may be given beside texts, numbers, booleans and dates, where the type of a field does not tell. */
const STRUCTURED = new Set([
	'actions',
	'apiFilters',
	'value',
	'events',
	'notOn',
	'otherEvents',
	'allowedValues',
]);

/** Collections of fields of the API. */
const BODIES = new Set(['additionalFields', 'updateFields']);

/** `refused`: by an error that names the parameter. `free`: so, or what the value says. */
export type Verdict = 'usual' | 'refused' | 'free' | { same: string };

const optionsOf = ({ options = [] }: INodeProperties) =>
	(options as INodePropertyOptions[]).map((option) => String(option.value));

/** @param guards names of fields that guard: an expression that gives nothing is an error there. */
export function verdictOf(
	{ property, path }: Place,
	given: HostileValue,
	guards: ReadonlySet<string>,
): Verdict {
	const { type, name, required, typeOptions = {} } = property;
	const { is, value, means } = given;
	// n8n drops an expression that stands for a whole collection when it loads the workflow.
	if (/ollection$/.test(type)) {
		if (guards.has(name)) return 'refused';
		return path[0] === 'updateFields' ? 'free' : 'usual';
	}
	// Nor does it evaluate one that stands for a whole mapper.
	if (is === 'throws' || type === 'resourceMapper') return 'refused';
	if (is === 'nothing') {
		if (guards.has(name)) return 'refused';
		// An empty field of an update clears; a list of variables takes empty ones.
		const isVariable = path.length > 3 || path[1] === 'value';
		if (path[0] === 'updateFields' || isVariable) return 'free';
		if (!required) return 'usual';
		// The default will do, but an object without its type may as well be a mistake.
		const hasDefault = type !== 'resourceLocator' && [property.default].flat().join('') !== '';
		return hasDefault ? 'free' : 'refused';
	}
	if (STRUCTURED.has(name)) return 'free';
	switch (type) {
		case 'number': {
			const { minValue = -Infinity, maxValue = Infinity, numberPrecision } = typeOptions;
			if (typeof value !== 'number') return 'refused';
			const isWhole = numberPrecision !== 0 || Number.isInteger(value);
			if (value < minValue || value > maxValue || !isWhole) return 'refused';
			return means ? { same: means } : 'free';
		}
		case 'boolean':
			if (typeof value !== 'boolean') return 'refused';
			return means ? { same: means } : 'free';
		case 'options':
		case 'multiOptions':
			if (property.allowArbitraryValues || typeOptions.loadOptionsMethod) return 'free';
			if (is === 'list' && type === 'multiOptions') return 'free';
			return optionsOf(property).includes(String(value)) ? 'free' : 'refused';
		case 'json':
		case 'resourceLocator':
			return 'free';
		default:
			// Some texts of the API are lists, which the form takes separated by commas.
			if (is === 'list' && BODIES.has(path[0])) return 'free';
			return is === 'list' || is === 'object' ? 'refused' : 'free';
	}
}
