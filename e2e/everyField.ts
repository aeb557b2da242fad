import type {
	IDataObject,
	INode,
	INodeParameters,
	INodeProperties,
	INodePropertyCollection,
	INodePropertyOptions,
	INodeTypeDescription,
} from 'n8n-workflow';

import { CREDENTIAL, node, type CredentialReference } from './api';

/** A choice of Resource and Operation, or of what a trigger has in their place. */
type Choice = Record<string, string>;

/** How far apart nodes stand, and how many in a row: all of them fit on the screen. */
const GRID = { columns: 6, width: 220, height: 180 };

/**
 * Nodes that together show each field which a node has, with every option added.
 *
 * @param selectors fields whose choices decide which others are shown, such as resource and operation.
 * @param offset how many other nodes stand before them.
 */
export function nodesWithEveryField(
	{ name, displayName, properties }: INodeTypeDescription,
	selectors: string[],
	credential: CredentialReference,
	offset = 0,
): INode[] {
	const isTool = name.endsWith('Tool');
	const left = combinations(properties, selectors, {}).map((choice) => {
		const fields = shownFor(properties, choice, isTool);
		return { choice, labels: new Set(fields.flatMap((field) => labelsIn(field))) };
	});
	const choices: Choice[] = [];
	// The one that shows most of what is not yet shown comes first.
	for (;;) {
		left.sort((a, b) => b.labels.size - a.labels.size);
		const next = left.shift();
		if (!next?.labels.size) break;
		choices.push(next.choice);
		for (const { labels } of left) for (const label of next.labels) labels.delete(label);
	}
	return choices.map((choice, i) => {
		const at = offset + i;
		const place: INode['position'] = [
			(at % GRID.columns) * GRID.width,
			Math.floor(at / GRID.columns) * GRID.height,
		];
		const title = [displayName, ...Object.values(choice)].join(' ');
		const fields = shownFor(properties, choice, isTool);
		const parameters = { ...filled(fields, isTool), ...choice };
		const credentials = { [CREDENTIAL]: credential };
		return node(title, name, parameters, { credentials, position: place });
	});
}

/** Every choice of the selectors that the others allow. */
function combinations(
	properties: INodeProperties[],
	[selector, ...others]: string[],
	chosen: Choice,
): Choice[] {
	if (selector === undefined) return [chosen];
	const field = properties.find((one) => one.name === selector && isShown(one, chosen, false));
	if (!field) return combinations(properties, others, chosen);
	return (field.options as INodePropertyOptions[]).flatMap(({ value }) =>
		combinations(properties, others, { ...chosen, [selector]: String(value) }),
	);
}

function isShown({ displayOptions }: INodeProperties, chosen: Choice, isTool: boolean): boolean {
	const values: IDataObject = { ...chosen, '@tool': isTool };
	const meets = (
		conditions: object = {},
		isMet: (allowed: unknown[], value: unknown) => boolean,
	) =>
		Object.entries(conditions).every(([name, allowed]) => {
			const value = values[name.replace(/^\//, '')];
			return value === undefined || isMet(allowed as unknown[], value);
		});
	const shows = meets(displayOptions?.show, (allowed, value) => allowed.includes(value));
	return shows && meets(displayOptions?.hide, (hidden, value) => !hidden.includes(value));
}

const shownFor = (properties: INodeProperties[], chosen: Choice, isTool: boolean) =>
	properties.filter((one) => isShown(one, chosen, isTool));

/** Every field at its depth, which decides how much room its label has. */
function labelsIn({ displayName, type, options = [] }: INodeProperties, depth = 0): string[] {
	const inner = options.flatMap((option) => {
		if ('values' in option) return option.values;
		return 'displayName' in option ? option : [];
	});
	const own = `${depth} ${displayName} (${type})`;
	return [own, ...inner.flatMap((field) => labelsIn(field, depth + 1))];
}

/** What the editor makes of fields that are added one by one. */
function filled(properties: INodeProperties[], isTool: boolean): INodeParameters {
	const entries = properties.flatMap((property): Array<[string, unknown]> => {
		const { name, type, default: usual } = property;
		if (type === 'collection') {
			const options = property.options as INodeProperties[];
			return [[name, filled(shownFor(options, {}, isTool), isTool)]];
		}
		if (type !== 'fixedCollection') return type === 'notice' ? [] : [[name, usual]];
		const [group] = property.options as INodePropertyCollection[];
		const entry = filled(group.values, isTool);
		return [[name, { [group.name]: property.typeOptions?.multipleValues ? [entry] : entry }]];
	});
	return Object.fromEntries(entries) as INodeParameters;
}
