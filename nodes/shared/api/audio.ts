/** Types of sound as servers name them, and the extension of their files. */
const EXTENSIONS: Record<string, string | undefined> = {
	aac: 'aac',
	flac: 'flac',
	m4a: 'm4a',
	mp3: 'mp3',
	mp4: 'm4a',
	mpeg: 'mp3',
	ogg: 'ogg',
	opus: 'opus',
	wav: 'wav',
	wave: 'wav',
	webm: 'webm',
};

/** How files with sound begin (in Latin 1), and their type. */
const BEGINNINGS: Array<[RegExp, string]> = [
	[/^ID3|^\xff[\xe2-\xe7\xf2-\xf7\xfa-\xfd]/, 'audio/mpeg'],
	[/^\xff[\xf0\xf1\xf8\xf9]/, 'audio/aac'],
	[/^RIFF[^]{4}WAVE/, 'audio/wav'],
	[/^OggS/, 'audio/ogg'],
	[/^fLaC/, 'audio/flac'],
	[/^[^]{4}ftyp/, 'audio/mp4'],
	[/^\p{Cc}E\xdf\xa3/u, 'audio/webm'],
];

/** Pages and JSON, which some servers send under any type. */
const TEXT = /^(\xef\xbb\xbf)?\s*[<{[]/;

/**
 * The type of a file with sound, by what the server says it is, and by its first bytes where it does not
 * say.
 *
 * @returns undefined for what is no sound.
 */
export function audioType(contentType: string | undefined, start: Buffer): string | undefined {
	const bytes = start.subarray(0, 64).toString('latin1');
	const type = contentType?.split(';')[0].trim().toLowerCase() ?? '';
	if (bytes === '' || TEXT.test(bytes)) return undefined;
	if (/^audio\/[\w.+-]+$/.test(type)) return type;
	const isUnknown = type === '' || /^(application|binary)\/octet-stream$/.test(type);
	return isUnknown ? BEGINNINGS.find(([beginning]) => beginning.test(bytes))?.[1] : undefined;
}

/** The extension of files of a type, `mp3` where it is not known. */
export function extensionOf(type: string): string {
	const kind = type.replace(/^audio\/(x-|vnd\.)?/, '');
	return (Object.hasOwn(EXTENSIONS, kind) && EXTENSIONS[kind]) || 'mp3';
}
