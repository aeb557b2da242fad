/** Area codes for fictional numbers; each gives one hundred of the form +1 AAA 555 01xx. */
const areaCodes = (
	'212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248 251 252 253 254 ' +
	'256 260 262 267 269 270 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315'
).split(' ');

/** A fictional phone number, E.164; different for every index up to 4,199. */
export function fictionalNumber(index: number): string {
	const areaCode = areaCodes[Math.floor(index / 100)];
	if (areaCode === undefined) throw new Error(`There are no ${index + 1} fictional numbers`);
	return `+1${areaCode}55501${String(index % 100).padStart(2, '0')}`;
}

/** A number in the form in which the simulator keeps it, E.164 with its plus sign. */
export function withPlus(phoneNumber: string): string {
	return phoneNumber.replace(/^\+?(?=\d)/, '+');
}

/** A number as the switch `numberForm` writes it (API: C24); anything that is no text stays as it is. */
export function written<T>(phoneNumber: T, form: 'plus' | 'digits'): T | string {
	if (form === 'plus' || typeof phoneNumber !== 'string') return phoneNumber;
	return phoneNumber.replace(/^\+/, '');
}
