import { createRequire } from 'node:module';
import type { INodeType } from 'n8n-workflow';

import { definitionOf, operationsIn } from './definition';

/**
 * Measures what n8n's assistant and MCP builder have to read before they can build with the node: its
 * definition, in characters. With --print it is written out.
 */

/**
 * All of it, and the operation in the middle. An assistant that builds a workflow reads more than this node.
 * Of the whole, n8n's generator writes three quarters by itself (docs/decisions.md).
 */
const LONGEST = 135_000;
const LONGEST_MEDIAN = 1800;

/** As it was built. */
const { FluentsAi } = createRequire(__filename)('../../dist/nodes/FluentsAi/FluentsAi.node.js') as {
	FluentsAi: new () => INodeType;
};
const definition = definitionOf(new FluentsAi().description);
if (process.argv.includes('--print')) console.log(definition);
else measure();

function measure(): void {
	const sizes = [...operationsIn(definition).values()].map(({ length }) => length);
	const median = sizes.sort((a, b) => a - b)[Math.floor(sizes.length / 2)];
	const isWithin = definition.length <= LONGEST && median <= LONGEST_MEDIAN;
	console.log(
		`definition for assistants: ${definition.length} characters of at most ${LONGEST}, median of ${sizes.length} operations ${median} of at most ${LONGEST_MEDIAN}`,
	);
	if (!isWithin) process.exitCode = 1;
}
