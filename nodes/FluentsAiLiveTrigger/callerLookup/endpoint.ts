import { SECRET_PARAMETER } from '../../shared/masking';
import { placeOf, secretIn } from '../../triggers/address';

/**
 * A context endpoint of an agent as n8n sets it. What the agent had before stands in its query, where a
 * crash cannot lose it, and may be the endpoint of another trigger in turn: so endpoints lie on each
 * other in layers, and any of them can be taken out.
 */
export interface Endpoint {
	/** The one that is asked comes first. */
	layers: Layer[];
	/** What the agent had before there was any. */
	bottom: string | null;
}

export interface Layer {
	/** Address of n8n, without a query. */
	address: string;
	/** ID of the workflow. */
	workflow: string;
	/** Whether it is that of a test in the editor. */
	test: boolean;
	secret: string;
}

const WORKFLOW_PARAMETER = 'n8n_workflow';
const TEST_PARAMETER = 'n8n_test';
const PREVIOUS_PARAMETER = 'n8n_previous';

export function readEndpoint(value: unknown): Endpoint {
	const text = typeof value === 'string' && value !== '' ? value : null;
	const layer = text === null ? undefined : readLayer(text);
	if (!layer) return { layers: [], bottom: text };
	const { previous, ...top } = layer;
	const { layers, bottom } = readEndpoint(previous);
	return { layers: [top, ...layers], bottom };
}

export function writeEndpoint({ layers, bottom }: Endpoint): string | null {
	return layers.reduceRight<string | null>((previous, { address, workflow, test, secret }) => {
		// The secret comes last, since it is known how to read it with a query appended (readQuery).
		const query = new URLSearchParams({
			[WORKFLOW_PARAMETER]: workflow,
			...(test && { [TEST_PARAMETER]: 'true' }),
			...(previous !== null && { [PREVIOUS_PARAMETER]: previous }),
			[SECRET_PARAMETER]: secret,
		});
		return `${address}?${query.toString()}`;
	}, bottom);
}

function readLayer(url: string): (Layer & { previous: string | null }) | undefined {
	if (!URL.canParse(url)) return undefined;
	const { searchParams } = new URL(url);
	const workflow = searchParams.get(WORKFLOW_PARAMETER);
	const secret = secretIn(url);
	if (!workflow || !secret) return undefined;
	const previous = searchParams.get(PREVIOUS_PARAMETER);
	const test = searchParams.get(TEST_PARAMETER) === 'true';
	return { address: placeOf(url), workflow, test, secret, previous };
}
