import { getCountries, getExampleNumber } from 'libphonenumber-js';
import examples from 'libphonenumber-js/mobile/examples';

import { timeZonesOf, toTimeZone, zoneNames } from '../../nodes/shared/phoneNumbers/timeZones';
import { WINDOWS_ZONES } from '../../nodes/shared/phoneNumbers/windowsZoneTable';

test.each([
	['+12125550123', ['America/New_York']],
	['+14155550123', ['America/Los_Angeles']],
	['+16025550123', ['America/Phoenix']],
	['+442079460018', ['Europe/London']],
	['+4930901820', ['Europe/Berlin']],
	['+551155556666', ['America/Sao_Paulo']],
	['+61261234567', ['Australia/Sydney']],
	['4930901820', ['Europe/Berlin']],
	['+80012345678', []],
	['', []],
])('%s lies in %j', (number, zones) => {
	expect(timeZonesOf(number)).toEqual(zones);
});

test('a mobile number may be anywhere in its country', () => {
	const zones = timeZonesOf('+61412345678');
	expect(zones).toEqual(expect.arrayContaining(['Australia/Sydney', 'Australia/Perth']));
	expect(timeZonesOf('+34612345678')).toEqual(['Atlantic/Canary', 'Europe/Madrid']);
	expect(timeZonesOf('+34912345678')).toEqual(['Europe/Madrid']);
});

test.each([
	['+18505550123', ['America/Chicago', 'America/New_York']],
	['+14235550123', ['America/Chicago', 'America/New_York']],
	['+18675550123', ['America/Toronto', 'America/Vancouver']],
])('%s is of an exchange that the data does not name, so it may be in %j', (number, zones) => {
	expect(timeZonesOf(number)).toEqual(expect.arrayContaining(zones));
});

test('a number of all of North America may be in any zone there', () => {
	const zones = timeZonesOf('+18005550123');
	expect(zones.length).toBeGreaterThan(20);
	expect(zones).toEqual(expect.arrayContaining(['Pacific/Honolulu', 'America/St_Johns']));
});

test('each country has a zone, and Node.js knows all of them', () => {
	const without = getCountries().filter(
		(country) => timeZonesOf(getExampleNumber(country, examples)!.number).length === 0,
	);
	expect(without).toEqual([]);
	expect(zoneNames().length).toBeGreaterThan(250);
	expect(zoneNames().filter((name) => toTimeZone(name) === undefined)).toEqual([]);
});

test.each([
	['Europe/Berlin', 'Europe/Berlin'],
	['europe/berlin', 'Europe/Berlin'],
	[' Europe/Berlin ', 'Europe/Berlin'],
	['W. Europe Standard Time', 'Europe/Berlin'],
	['eastern standard time', 'America/New_York'],
	['UTC', 'UTC'],
	['GMT', 'UTC'],
	['Etc/GMT+2', 'Etc/GMT+2'],
	// Each of these means several zones: Node.js takes BST for the time of Bangladesh.
	['BST', undefined],
	['IST', undefined],
	['est', undefined],
	['Mars/Olympus Mons', undefined],
	['', undefined],
])('the zone %p is %p', (name, zone) => {
	expect(toTimeZone(name)).toBe(zone);
});

test('knows the zones of Windows', () => {
	const names = WINDOWS_ZONES.trim()
		.split('\n')
		.map((row) => row.replace(/^\S+ /, ''));
	expect(names.length).toBeGreaterThan(130);
	expect(names.filter((name) => toTimeZone(name) === undefined)).toEqual([]);
});
