import { executeFilter } from 'n8n-workflow';
import type {
	FilterValue,
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodeType,
} from 'n8n-workflow';

/**
 * Stands in for a node of another package, of which only n8n-core is at hand: the nodes that decide
 * which items go where do so, all others pass their input through.
 *
 * @param type full name of the node type, e.g. `n8n-nodes-base.filter`.
 */
export function standInFor(type: string): INodeType {
	const { properties, execute } = known[type] ?? passThrough;
	const isTrigger = /trigger$/i.test(type);
	return {
		description: {
			displayName: type,
			name: type,
			group: isTrigger ? ['trigger'] : ['transform'],
			version: 1,
			description: '',
			defaults: {},
			inputs: ['main'],
			outputs: ['main', 'main'],
			properties,
		},
		// n8n-core knows by it where a workflow starts; what runs is `execute`.
		...(isTrigger && { trigger: async () => await Promise.resolve({}) }),
		async execute() {
			return await Promise.resolve(execute(this));
		},
	};
}

type Items = ReturnType<IExecuteFunctions['getInputData']>;

interface StandIn {
	/** The parameters that it reads. n8n drops all others. */
	properties: INodeProperties[];
	execute(context: IExecuteFunctions): Items[];
}

const property = (name: string, type: INodeProperties['type']): INodeProperties => ({
	displayName: name,
	name,
	type,
	default: {},
});

const passThrough: StandIn = {
	properties: [],
	execute: (context) => [context.getInputData()],
};

/** Filter and If: the items that meet the conditions, then the others. */
const sorter: StandIn = {
	properties: [property('conditions', 'filter')],
	execute(context) {
		const meets = context.getInputData().map((_, itemIndex) =>
			executeFilter(context.getNodeParameter('conditions', itemIndex) as FilterValue, {
				itemIndex,
			}),
		);
		const items = (wanted: boolean) =>
			context.getInputData().filter((_, itemIndex) => meets[itemIndex] === wanted);
		return [items(true), items(false)];
	},
};

/** Edit Fields: its own fields and nothing else. */
const set: StandIn = {
	properties: [property('assignments', 'assignmentCollection')],
	execute(context) {
		const items = context.getInputData().map((_, itemIndex) => {
			const { assignments } = context.getNodeParameter('assignments', itemIndex) as {
				assignments: Array<{ name: string; value: IDataObject[string] }>;
			};
			const json = Object.fromEntries(assignments.map(({ name, value }) => [name, value]));
			return { json, pairedItem: { item: itemIndex } };
		});
		return [items];
	},
};

const known: { [type in string]?: StandIn } = {
	'n8n-nodes-base.filter': sorter,
	'n8n-nodes-base.if': sorter,
	'n8n-nodes-base.set': set,
};
