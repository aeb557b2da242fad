import fc from 'fast-check';

import {
	readEndpoint,
	writeEndpoint,
	type Layer,
} from '../../nodes/FluentsAiLiveTrigger/callerLookup/endpoint';
import { readQuery } from '../../nodes/triggers/address';

const layerOf = (name: string, test = false): Layer => ({
	address: `https://n8n.example.com/webhook${test ? '-test' : ''}/${name}/live`,
	workflow: `workflow ${name}`,
	test,
	secret: name.repeat(64),
});

test.each([
	null,
	'https://crm.example.com/who?a=1',
	'no address',
	'https://n8n.example.com/webhook/1/live?n8n_secret=no',
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
		),
	);
	fc.assert(
		fc.property(layers, bottom, (above, below) => {
			const endpoint = { layers: above, bottom: below };
			expect(readEndpoint(writeEndpoint(endpoint))).toEqual(endpoint);
		}),
	);
});

test.each(['&', '?'])('the number of a caller is found when it is appended by %s', (separator) => {
	const layers = [layerOf('a'), layerOf('b', true)];
	const url = writeEndpoint({ layers, bottom: 'https://crm.example.com/who?phone_number=no' });
	const { secret, query } = readQuery(`${url}${separator}phone_number=1202`);
	expect(secret).toBe(layers[0].secret);
	expect(query.phone_number).toBe('1202');
});
