import type { IDataObject, INode } from 'n8n-workflow';

import type { Table } from '../../e2e/api';
import type { WorkflowJson } from '../../engine';

const DATA_TABLE = 'n8n-nodes-base.dataTable';
const CODE = 'n8n-nodes-base.code';

/**
 * The Data Tables that workflows make for themselves, with the rows that they put in from a list of their own.
 * A workflow that starts with a trigger finds them then, also when nobody has run its other branch.
 */
export function tablesOf(workflows: WorkflowJson[]): Table[] {
	return workflows.flatMap((workflow) =>
		workflow.nodes
			.filter(
				({ type, parameters }) => type === DATA_TABLE && parameters.resource === 'table',
			)
			.map(({ parameters }) => {
				const { tableName, columns } = parameters as {
					tableName: string;
					columns: { column: Table['columns'] };
				};
				return {
					name: tableName,
					columns: columns.column,
					rows: rowsFor(tableName, workflow),
				};
			}),
	);
}

function rowsFor(table: string, workflow: WorkflowJson): IDataObject[] {
	const writers = workflow.nodes.filter(
		({ type, parameters }) =>
			type === DATA_TABLE &&
			(parameters.dataTableId as IDataObject | undefined)?.value === table,
	);
	return writers.flatMap((writer) => listsBefore(writer, workflow).flatMap(itemsOf));
}

/** Code nodes with a list of their own, right before a node. */
function listsBefore({ name }: INode, { nodes, connections }: WorkflowJson): INode[] {
	return nodes.filter(
		(node) =>
			node.type === CODE &&
			!String(node.parameters.jsCode).includes('$') &&
			connections[node.name]?.main?.flat().some((next) => next?.node === name),
	);
}

/** Runs the code of an example, which reads nothing from outside. */
function itemsOf({ parameters }: INode): IDataObject[] {
	const run = new Function(String(parameters.jsCode)) as () => Array<{ json: IDataObject }>;
	return run().map(({ json }) => json);
}
