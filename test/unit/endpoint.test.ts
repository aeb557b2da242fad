import fc from 'fast-check';

import {
	readEndpoint,
	writeEndpoint,
	type Layer,
} from '../../nodes/FluentsAiLiveTrigger/callerLookup/endpoint';
import { readQuery } from '../../nodes/triggers/address';
import { shortId } from '../../nodes/triggers/record';

const SECRET = 'AbCdEfGhIjKlMnOpQrSt_-';

const layerOf = (name: string, test = false): Layer => ({
	address: `https://n8n.example.com/webhook${test ? '-test' : ''}/${name}`,
	instance: '0123456789ab',
	workflow: shortId(`workflow ${name}`),
	home: shortId('home'),
	test,
	secret: SECRET,
});

test.each([
	null,
	'https://crm.example.com/who?a=1',
	'no address',
	'https://n8n.example.com/webhook/1/live?n8n_secret=no',
	`https://n8n.example.com/webhook/1/${SECRET}?n8n=no`,
	'~/webhook:short',
	'=equal',
])('one of somebody else is all there is: %s', (bottom) => {
	expect(readEndpoint(bottom)).toEqual({ layers: [], bottom });
	expect(writeEndpoint({ layers: [], bottom })).toBe(bottom);
});

test.each([undefined, '', 7, {}])('%p is none', (value) => {
	expect(readEndpoint(value)).toEqual({ layers: [], bottom: null });
});

test('what lies below comes back to the letter, whatever it is', () => {
	const layers = fc.array(
		fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.boolean()).map((one) => layerOf(...one)),
		{ maxLength: 4 },
	);
	const bottom = fc.option(
		fc.oneof(
			fc.webUrl({ withQueryParameters: true, withFragments: true }),
			fc.string({ minLength: 1 }),
			fc.constantFrom(`~/webhook:${SECRET}`, `=~/webhook:${SECRET}`, `~:${SECRET}!x`),
		),
	);
	fc.assert(
		fc.property(layers, bottom, (above, below) => {
			const endpoint = { layers: above, bottom: below };
			expect(readEndpoint(writeEndpoint(endpoint))).toEqual(endpoint);
		}),
	);
});

test('a test over the published one, over one of somebody else, is short enough', () => {
	const id = '0b5b4b0e-1111-4222-8333-444455556666';
	const layers = [layerOf(id, true), layerOf(id)];
	const url = writeEndpoint({ layers, bottom: 'https://crm.example.com/callers' });
	expect(url?.length).toBeLessThanOrEqual(200);
});

test('the published one below a test may be on another host', () => {
	const published = { ...layerOf('a'), address: 'https://hooks.example.com:8443/n8n/webhook/a' };
	const endpoint = { layers: [layerOf('a', true), published], bottom: 'https://crm.example.com' };
	expect(readEndpoint(writeEndpoint(endpoint))).toEqual(endpoint);
});

test('an address of the earlier form is read', () => {
	const hex = 'a'.repeat(64);
	const below = 'https://crm.example.com/who?a=1';
	const old = `https://n8n.example.com/webhook/1/live?n8n_workflow=w&n8n_test=true&n8n_previous=${encodeURIComponent(below)}&n8n_secret=${hex}`;
	expect(readEndpoint(old)).toMatchObject({
		layers: [
			{
				address: 'https://n8n.example.com/webhook/1',
				workflow: shortId('w'),
				test: true,
				secret: hex,
			},
		],
		bottom: below,
	});
});

test.each(['&', '?'])('the number of a caller is found when it is appended by %s', (separator) => {
	const layers = [layerOf('a'), layerOf('b', true)];
	const url = writeEndpoint({ layers, bottom: 'https://crm.example.com/who?phone_number=no' });
	const { query } = readQuery(`${url}${separator}phone_number=1202`);
	expect(query.phone_number).toBe('1202');
});
