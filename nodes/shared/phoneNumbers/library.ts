import {
	default as parse,
	validatePhoneNumberLength,
	type CountryCode,
	type PhoneNumber,
} from 'libphonenumber-js/core';
import metadata from 'libphonenumber-js/metadata.min.json';

export type LibraryNumber = PhoneNumber;

/*
 * What the package uses of libphonenumber, Google's library of phone numbers in its port to JavaScript.
 * It takes longer to load than all other code together, so the build makes a file of its own of this
 * module, which is loaded when one of its functions is called: it must export nothing but functions.
 */

/** @returns undefined for what is no phone number; a number of an impossible length is given. */
export function parseNumber(text: string, country?: string): LibraryNumber | undefined {
	return parse(text, { defaultCountry: country as CountryCode, extract: false }, metadata);
}

/** What is wrong with the length of a number, such as TOO_LONG; undefined when nothing is. */
export function lengthProblem(text: string, country?: string): string | undefined {
	return validatePhoneNumberLength(text, { defaultCountry: country as CountryCode }, metadata);
}
