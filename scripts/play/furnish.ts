import { N8nApi, type CredentialReference, type Owner, type SavedWorkflow } from '../../e2e/api';
import type { Simulator } from '../../simulator';
import { readExamples } from './examples';
import { tablesOf } from './tables';

/** The environments that get a credential. */
export const ENVIRONMENTS = ['default', 'staging'];

const TAG = 'Fluents.ai examples';

/**
 * Sets up what an n8n lacks for trying the package: its owner, credentials for the simulator, the examples and
 * their Data Tables. Published workflows register with the simulator, which has forgotten them when it starts.
 */
export async function furnish(
	url: string,
	owner: Owner,
	simulator: Pick<Simulator, 'url' | 'keys'>,
	log: (line: string) => void,
): Promise<void> {
	const { n8n } = await N8nApi.join(url, owner);
	const known = await n8n.workflows();
	const tag = await n8n.tag(TAG);
	const examples = readExamples(await credentialsFor(n8n, simulator, known.length === 0));
	// n8n lists what is newest first.
	for (const example of [...examples].reverse()) {
		if (known.some(({ name }) => name === example.name)) continue;
		await n8n.createWorkflow(example, [tag]);
	}
	for (const table of tablesOf(examples)) await n8n.createTable(table);
	for (const workflow of known.filter(({ active }) => active)) {
		await publishAgain(n8n, workflow, log);
	}
}

/** @returns those that exist, by name; somebody may have deleted them. */
async function credentialsFor(
	n8n: N8nApi,
	{ url, keys }: Pick<Simulator, 'url' | 'keys'>,
	isFresh: boolean,
): Promise<Map<string, CredentialReference>> {
	const credentials = new Map<string, CredentialReference>();
	for (const environment of ENVIRONMENTS) {
		const name = `Fluents.ai ${environment}`;
		const data = { environment, apiKey: keys[environment], baseUrl: url };
		const found = await n8n.findCredential(name);
		const credential = found ?? (isFresh ? await n8n.createCredential(name, data) : undefined);
		if (credential) credentials.set(name, credential);
	}
	return credentials;
}

async function publishAgain(
	n8n: N8nApi,
	workflow: SavedWorkflow,
	log: (line: string) => void,
): Promise<void> {
	await n8n.unpublish(workflow);
	const { errors } = await n8n.publish(workflow);
	for (const error of errors) log(`'${workflow.name}' is not published: ${error}`);
}
