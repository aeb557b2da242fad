import type {
	INodeParameters,
	INodeProperties,
	INodePropertyCollection,
	NodeParameterValueType,
} from 'n8n-workflow';

/** A parameter, or a field in a collection, as a user may set it. */
export interface Place {
	property: INodeProperties;
	/** Where it stands among the parameters; a locator's value is set as a whole. */
	path: string[];
	/** How a message may call it: by its own label, or that of a collection around it. */
	labels: string[];
	/** What other parameters have to be for it to be offered. */
	conditions: INodeParameters;
	/** What stands beside it in an entry of a fixedCollection. */
	siblings: INodeParameters;
}

/** Fields without which an entry of a fixedCollection says nothing. */
const NAMES = new Set(['name', 'column']);

/** All places of a form, also inside of collections, in each of the branches in which it offers them. */
export function placesIn(properties: INodeProperties[]): Place[] {
	return properties.filter(isOffered).flatMap((property) => {
		const { name, displayName, displayOptions } = property;
		const place: Place = {
			property,
			path: [name],
			labels: [displayName],
			conditions: conditionsOf(displayOptions),
			siblings: {},
		};
		return [place, ...inside(place)];
	});
}

function inside(outer: Place): Place[] {
	const { property, path, conditions } = outer;
	switch (property.type) {
		case 'collection':
			return (property.options as INodeProperties[]).filter(isOffered).flatMap((field) => {
				const place: Place = {
					property: field,
					path: [...path, field.name],
					labels: [...outer.labels, field.displayName],
					conditions: { ...conditions, ...conditionsOf(field.displayOptions) },
					siblings: {},
				};
				return [place, ...inside(place)];
			});
		case 'fixedCollection': {
			const many = property.typeOptions?.multipleValues === true;
			const [group] = property.options as INodePropertyCollection[];
			return group.values.map((field) => ({
				property: field,
				path: [...path, group.name, ...(many ? ['0'] : []), field.name],
				labels: [...outer.labels, `${property.displayName}: ${field.displayName}`],
				conditions: { ...conditions, ...conditionsOf(field.displayOptions) },
				siblings: Object.fromEntries(
					group.values
						.filter(({ name }) => NAMES.has(name) && name !== field.name)
						.map(({ name }) => [name, 'sample']),
				),
			}));
		}
		case 'resourceMapper':
			return [
				{
					...outer,
					property: {
						...property,
						type: 'options',
						default: 'defineBelow',
						options: ['defineBelow', 'autoMapInputData'].map((value) => ({
							name: value,
							value,
						})),
					},
					path: [...path, 'mappingMode'],
				},
				{
					...outer,
					property: { ...property, type: 'string', default: '' },
					path: [...path, 'value', 'first_name'],
				},
			];
		default:
			return [];
	}
}

/** A tool of an AI agent has fields that a node in a workflow does not have. */
const isOffered = ({ displayOptions }: INodeProperties) =>
	!Object.hasOwn(displayOptions?.show ?? {}, '@tool');

/** What is chosen in the parameters on which a property depends; inside of collections, by `/name`. */
function conditionsOf(displayOptions: INodeProperties['displayOptions']): INodeParameters {
	const shown = Object.entries(displayOptions?.show ?? {});
	return Object.fromEntries(
		shown.map(([name, values]) => [name.replace(/^\//, ''), values?.[0]]),
	) as INodeParameters;
}

/** The parameters with another value at a place; `undefined` takes it away. */
export function withValue(
	parameters: INodeParameters,
	{ path, siblings, conditions }: Place,
	value: NodeParameterValueType | undefined,
): INodeParameters {
	return put({ ...parameters, ...conditions }, path, value, siblings) as INodeParameters;
}

function put(
	object: unknown,
	[name, ...rest]: string[],
	value: unknown,
	siblings: object,
): unknown {
	if (name === undefined) return value;
	if (name === '0') return [put({}, rest, value, siblings)];
	const before = (object ?? {}) as Record<string, unknown>;
	const around = rest.length === 0 && Object.keys(siblings).length > 0 ? siblings : {};
	const inner = put(before[name], rest, value, siblings);
	const { [name]: _, ...others } = before;
	return { ...around, ...others, ...(inner !== undefined && { [name]: inner }) };
}
