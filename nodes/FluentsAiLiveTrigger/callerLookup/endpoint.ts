import { SECRET_PARAMETER } from '../../shared/masking';
import { MARK_PARAMETER, placeOf, secretIn } from '../../triggers/address';
import { shortId, type RegistrationRecord } from '../../triggers/record';

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

/** The endpoint of a trigger. Its part of the address tells which trigger of the workflow it is. */
export interface Layer extends Omit<RegistrationRecord, 'trigger' | 'previous'> {
	/** Address of n8n, without the secret. */
	address: string;
	/** At the end of the path, since a client may replace the query (API: C25). */
	secret: string;
}

/** Who has set the endpoint, as the last part of the query. */
const MARK = /^([\w-]{8})([\w-]{5})([\w-]{5})([pt])$/;

const PREVIOUS_PARAMETER = 'was';

/** What an earlier form of the address has in its query. */
const OLD_WORKFLOW_PARAMETER = 'n8n_workflow';
const OLD_TEST_PARAMETER = 'n8n_test';
const OLD_PREVIOUS_PARAMETER = 'n8n_previous';

export function readEndpoint(value: unknown): Endpoint {
	const text = typeof value === 'string' && value !== '' ? value : null;
	const read = text === null ? undefined : (readLayer(text) ?? readOldLayer(text));
	if (!read) return { layers: [], bottom: text };
	const { layers, bottom } = read.below;
	return { layers: [read.layer, ...layers], bottom };
}

export function writeEndpoint({ layers, bottom }: Endpoint): string | null {
	const [layer, ...below] = layers;
	if (!layer) return bottom;
	const { instance, workflow, home, test } = layer;
	const id = Buffer.from(instance, 'hex').toString('base64url');
	const mark = `${id}${workflow}${home}${test ? 't' : 'p'}`;
	const previous = writePrevious(layer, { layers: below, bottom });
	const was = previous === null ? '' : `${PREVIOUS_PARAMETER}=${encode(previous)}&`;
	return `${layer.address}/${layer.secret}?${was}${MARK_PARAMETER}=${mark}`;
}

/** The trigger that an endpoint belongs to, as a record of it tells. */
export function recordOf({ address, ...layer }: Layer): Omit<RegistrationRecord, 'previous'> {
	return { ...layer, trigger: shortId(segmentsOf(address).at(-1)) };
}

interface ReadLayer {
	layer: Layer;
	below: Endpoint;
}

function readLayer(url: string): ReadLayer | undefined {
	if (!URL.canParse(url)) return undefined;
	const { searchParams } = new URL(url);
	const mark = MARK.exec(searchParams.get(MARK_PARAMETER) ?? '');
	const secret = secretIn(url);
	if (!mark || !secret) return undefined;
	const [, id, workflow, home, kind] = mark;
	const instance = Buffer.from(id, 'base64url').toString('hex');
	const address = segmentsOf(placeOf(url)).slice(0, -1).join('/');
	const layer: Layer = { address, secret, instance, workflow, home, test: kind === 't' };
	const previous = searchParams.get(PREVIOUS_PARAMETER);
	return { layer, below: readPrevious(layer, previous) };
}

function readOldLayer(url: string): ReadLayer | undefined {
	if (!URL.canParse(url)) return undefined;
	const { searchParams } = new URL(url);
	const workflow = searchParams.get(OLD_WORKFLOW_PARAMETER);
	const secret = secretIn(url);
	if (!workflow || !secret || !searchParams.has(SECRET_PARAMETER)) return undefined;
	const layer: Layer = {
		address: segmentsOf(placeOf(url)).slice(0, -1).join('/'),
		secret,
		instance: '0'.repeat(12),
		workflow: shortId(workflow),
		home: shortId(''),
		test: searchParams.get(OLD_TEST_PARAMETER) === 'true',
	};
	return { layer, below: readEndpoint(searchParams.get(OLD_PREVIOUS_PARAMETER)) };
}

/**
 * Stands for the published endpoint below that of a test of the same trigger, which is the usual case and
 * has to be short: where n8n has its webhooks, the secret, and what lies below. What is not of this form
 * begins with `=` if it could be taken for it.
 */
const COUNTERPART = /^~(.*?):([\w-]{22}|[0-9a-f]{64})(?:!(.*))?$/s;

function writePrevious(above: Layer, below: Endpoint): string | null {
	const [layer, ...others] = below.layers;
	if (!layer || !isCounterpart(above, layer)) {
		const text = writeEndpoint(below);
		return text !== null && /^[~=]/.test(text) ? `=${text}` : text;
	}
	const rest = writeEndpoint({ layers: others, bottom: below.bottom });
	const [base, baseAbove] = [layer, above].map(({ address }) => baseOf(address));
	const origin = new URL(base).origin;
	const place = new URL(baseAbove).origin === origin ? base.slice(origin.length) : base;
	return `~${place}:${layer.secret}${rest === null ? '' : `!${rest}`}`;
}

function readPrevious(above: Layer, text: string | null): Endpoint {
	const match = COUNTERPART.exec(text ?? '');
	if (!match) return readEndpoint(text?.replace(/^=/, ''));
	const [, place, secret, rest] = match;
	const { origin } = new URL(above.address);
	const base = place.startsWith('/') || place === '' ? `${origin}${place}` : place;
	const address = `${base}/${segmentsOf(above.address).at(-1)}`;
	const { layers, bottom } = readEndpoint(rest);
	return { layers: [{ ...above, address, secret, test: !above.test }, ...layers], bottom };
}

function isCounterpart(one: Layer, other: Layer): boolean {
	const of = ({ instance, workflow, home, address }: Layer) =>
		[instance, workflow, home, segmentsOf(address).at(-1)].join();
	return of(one) === of(other) && one.test !== other.test;
}

function segmentsOf(address: string): string[] {
	return address.split('/');
}

function baseOf(address: string): string {
	return segmentsOf(address).slice(0, -1).join('/');
}

/** As little as possible is encoded, since a URL has to be short. */
function encode(text: string): string {
	return text.replace(/[^\w\-.~!$()*,;:@/?=]/gu, encodeURIComponent);
}
