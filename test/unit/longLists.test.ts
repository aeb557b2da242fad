import type { ILoadOptionsFunctions } from 'n8n-workflow';

import { FluentsAi } from '../../nodes/FluentsAi/FluentsAi.node';
import { FluentsAiLiveTrigger } from '../../nodes/FluentsAiLiveTrigger/FluentsAiLiveTrigger.node';
import { countryOptions } from '../../nodes/shared/phoneNumbers/countries';

/** Lists that need no account: a method that asked for one would fail here. */
const withoutAccount = {} as ILoadOptionsFunctions;

test('time zones come by name, after what is not the name of a zone', async () => {
	const zones = await new FluentsAi().methods.loadOptions.getTimeZones.call(withoutAccount);
	expect(zones.slice(0, 2).map(({ value }) => value)).toEqual(['number', '']);
	const names = zones.slice(2).map(({ value }) => String(value));
	expect(names.length).toBeGreaterThan(250);
	expect(names).toEqual([...names].sort());
	expect(names).toEqual(expect.arrayContaining(['America/New_York', 'Europe/Berlin', 'UTC']));
});

test.each([new FluentsAi(), new FluentsAiLiveTrigger()])(
	'countries are those of phone numbers',
	async ({ methods }) => {
		const listed = await methods.loadOptions.getCountries.call(withoutAccount);
		expect(listed).toEqual(countryOptions());
	},
);
