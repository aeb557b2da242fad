import { equal, ok } from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import type { Simulator } from '../../../simulator';
import type { WorkflowJson } from '../../engine';
import { CREDENTIAL, errorOf, outputOf, type CredentialReference } from '../api';
import type { CaseContext } from '../cases';

export const name = 'examples';

const folder = resolve(__dirname, '../../../examples');
const OWN = /^n8n-nodes-fluentsai\./;

/** Every workflow in examples/, imported and executed. */
export async function run({ n8n, simulator, credentials, check }: CaseContext): Promise<void> {
	const files = (await readdir(folder)).filter((file) => file.endsWith('.json')).sort();
	for (const file of files) {
		await check(file, async () => {
			simulator.reset();
			addYesterdaysCalls(simulator);
			const json = JSON.parse(await readFile(join(folder, file), 'utf8')) as WorkflowJson;
			const own = json.nodes.filter(({ type, disabled }) => OWN.test(type) && !disabled);
			if (own.every(({ type }) => type.endsWith('Tool'))) return 'see the case aiAgent';
			const execution = await n8n.run(prepared(json, credentials.default));
			equal(execution.status, 'success', errorOf(execution));
			const ran = own.filter((node) => node.name in execution.data.resultData.runData);
			ok(ran.length > 0, 'None of its Fluents.ai nodes was executed');
			for (const node of ran) {
				const items = [0, 1].flatMap((output) => outputOf(execution, node.name, output));
				ok(items.length > 0, `'${node.name}' gave no items`);
				const unlinked = items.some(({ pairedItem }) => pairedItem === undefined);
				ok(!unlinked, `'${node.name}' gave items without a link to their input`);
			}
			const requests = simulator.requests.length;
			return `${ran.length} of ${own.length} Fluents.ai nodes, ${requests} requests`;
		});
	}
}

/** Some examples are about the calls of yesterday. */
function addYesterdaysCalls(simulator: Simulator): void {
	const day = 24 * 60 * 60_000;
	const noon = Math.floor(Date.now() / day) * day - day / 2;
	simulator.environment('default').addCalls(3, {
		start_time: noon,
		end_time: noon + 30_000,
		recording_available: true,
	});
}

/**
 * With the test's credential in the nodes of this package. Nodes of other services are never run:
 * they have to have pinned data.
 */
function prepared(json: WorkflowJson, credential: CredentialReference): WorkflowJson {
	const nodes = json.nodes.map((node) => {
		if (OWN.test(node.type)) return { ...node, credentials: { [CREDENTIAL]: credential } };
		const pinned = json.pinData?.[node.name] !== undefined;
		ok(pinned || !node.credentials, `'${node.name}' needs pinned data`);
		return { ...node, credentials: undefined };
	});
	return { ...json, nodes };
}
