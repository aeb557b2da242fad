import { runInNewContext } from 'node:vm';

import { executeFilter, sleep } from 'n8n-workflow';
import type {
	FilterValue,
	IDataObject,
	IExecuteFunctions,
	INodeProperties,
	INodeType,
} from 'n8n-workflow';

import type { Condition, Tables } from './tables';

/**
 * Stands in for a node of another package, of which only n8n-core is at hand: the nodes that decide
 * which items go where or what is in them do so, all others pass their input through.
 *
 * @param type full name of the node type, e.g. `n8n-nodes-base.filter`.
 * @param tables the Data Tables of this n8n.
 */
export function standInFor(type: string, tables: Tables): INodeType {
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
			return await Promise.resolve(execute(this, tables));
		},
	};
}

type Items = ReturnType<IExecuteFunctions['getInputData']>;

interface StandIn {
	/** The parameters that it reads. n8n drops all others. */
	properties: INodeProperties[];
	execute(context: IExecuteFunctions, tables: Tables): Items[] | Promise<Items[]>;
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

/** Code: runs its JavaScript once for all items. */
const code: StandIn = {
	properties: [property('jsCode', 'string')],
	execute(context) {
		const items = context.getInputData();
		const jsCode = context.getNodeParameter('jsCode', 0) as string;
		const { $, $now } = context.getWorkflowDataProxy(0);
		const known = { $, $now, $input: { all: () => items } };
		return [runInNewContext(`(() => {${jsCode}\n})()`, known) as Items];
	},
};

const SLEEPS_IN_PROCESS = 65_000;

/**
 * Wait: sleeps for a number of seconds or until a time; n8n takes an execution that sleeps long out of
 * its process.
 */
const waiter: StandIn = {
	properties: [
		property('resume', 'string'),
		{ ...property('amount', 'number'), default: 1 },
		property('dateTime', 'dateTime'),
	],
	async execute(context) {
		const until =
			context.getNodeParameter('resume', 0) === 'specificTime'
				? Date.parse(context.getNodeParameter('dateTime', 0) as string)
				: Date.now() + (context.getNodeParameter('amount', 0) as number) * 1000;
		const milliseconds = Math.max(0, until - Date.now());
		if (milliseconds < SLEEPS_IN_PROCESS) await sleep(milliseconds);
		else await context.putExecutionToWait(new Date(until));
		return [context.getInputData()];
	},
};

/** Data Table: makes tables, reads and writes rows. */
const dataTable: StandIn = {
	properties: [
		property('resource', 'string'),
		property('operation', 'string'),
		property('tableName', 'string'),
		property('dataTableId', 'resourceLocator'),
		property('filters', 'json'),
		property('columns', 'json'),
	],
	execute(context, tables) {
		const items = context.getInputData();
		const output = items.flatMap((item, itemIndex) => {
			const given = <T>(name: string) => context.getNodeParameter(name, itemIndex) as T;
			const link = (json: IDataObject) => ({ json, pairedItem: { item: itemIndex } });
			if (given('resource') === 'table') {
				const { column } = given<{ column: Array<{ name: string }> }>('columns');
				tables.create(
					given('tableName'),
					column.map(({ name }) => name),
				);
				return [link({ name: given<string>('tableName') })];
			}
			const { value: table } = given<{ value: string }>('dataTableId');
			const { conditions = [] } = given<{ conditions?: Condition[] }>('filters');
			const values = () => {
				const { mappingMode, value } = given<IDataObject>('columns');
				return mappingMode === 'autoMapInputData' ? item.json : (value as IDataObject);
			};
			switch (given('operation')) {
				case 'get':
					return tables.find(table, conditions).map(link);
				case 'rowNotExists':
					return tables.find(table, conditions).length > 0 ? [] : [item];
				case 'update':
					return tables.update(table, conditions, values()).map(link);
				case 'upsert':
					return tables.upsert(table, conditions, values()).map(link);
				default:
					throw new Error(`Not built: the operation ${given<string>('operation')}`);
			}
		});
		return [output];
	},
};

const known: { [type in string]?: StandIn } = {
	'n8n-nodes-base.code': code,
	'n8n-nodes-base.dataTable': dataTable,
	'n8n-nodes-base.filter': sorter,
	'n8n-nodes-base.if': sorter,
	'n8n-nodes-base.set': set,
	'n8n-nodes-base.wait': waiter,
};
