import { plainText } from './json';
import { maskText } from './masking';

/** Of a foreign text, at most this many characters are shown: an HTML page helps nobody. */
const LONGEST_QUOTE = 500;

/**
 * More of a text is not even looked at, since that takes time. The last characters that were are not shown
 * then: a secret may have been cut there.
 */
const LONGEST_READ = 100_000;
const EDGE = 5000;

/** A message or description that is longer holds something that should have been cut. */
const LONGEST_TEXT = 5000;

/**
 * Control characters and separators of lines; of directions, since they reorder what is read. Not more
 * than 1,000 at a time: a longer run exceeds the stack of the regular expression.
 */
const CONTROLS = /[\p{Cc}\u2028\u2029\s]{1,1000}/gu;
const DIRECTIONS = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** n8n replaces a whole message in which it finds one of these, also inside of words, in any case. */
const REPLACED_WORDS = [
	'ECONNREFUSED',
	'ECONNRESET',
	'ENOTFOUND',
	'ETIMEDOUT',
	'ERRADDRINUSE',
	'EADDRINUSE',
	'EADDRNOTAVAIL',
	'ECONNABORTED',
	'EHOSTUNREACH',
	'EAI_AGAIN',
	'ENOENT',
	'EISDIR',
	'ENOTDIR',
	'EACCES',
	'EEXIST',
	'EPERM',
	'GETADDRINFO',
];

/** Letters of those words, with what has the same upper case. */
const SAME_IN_UPPER_CASE: Record<string, string> = {
	ST: '(?:[s\u017f]t|\ufb05|\ufb06)',
	I: '[i\u0131]',
	S: '[s\u017f]',
};

/** The first letter of such a word. n8n compares in upper case, which some other letters have too. */
const REPLACED_WORD = new RegExp(
	REPLACED_WORDS.map((word) => {
		const rest = word.slice(1).replace(/ST|[IS]/g, (letters) => SAME_IN_UPPER_CASE[letters]);
		return `${word[0]}(?=${rest})`;
	}).join('|'),
	'gi',
);

const WORD_JOINER = '\u2060';

/**
 * Makes a text from outside fit to stand in a message: what the API said, what a user typed, the text of
 * an exception. Control characters go, secrets are masked, then it is cut to 500 characters, and
 * the words at which n8n replaces a message are broken.
 *
 * @param secrets such as the API key.
 * @param longest characters.
 */
export function foreignText(
	text: unknown,
	secrets: readonly string[] = [],
	longest = LONGEST_QUOTE,
): string {
	const whole = plainText(text);
	const plain = whole
		.slice(0, LONGEST_READ)
		.replace(DIRECTIONS, '')
		.replace(CONTROLS, ' ')
		.replace(/ {2,}/g, ' ')
		.trim();
	const masked = maskText(plain, secrets);
	return breakWords(cut(whole.length > LONGEST_READ ? masked.slice(0, -EDGE) : masked, longest));
}

/** The last step of each message and description, which may quote foreign texts. */
export function finishedText(text: string, secrets: readonly string[] = []): string {
	return foreignText(text, secrets, LONGEST_TEXT);
}

function cut(text: string, longest: number): string {
	if (text.length <= longest) return text;
	const isInsidePair = /[\ud800-\udbff]/.test(text[longest - 1]);
	return `${text.slice(0, longest - (isInsidePair ? 1 : 0))}...`;
}

/** Puts a character into such words that n8n keeps and nobody sees. */
function breakWords(text: string): string {
	return text.replace(REPLACED_WORD, `$&${WORD_JOINER}`);
}
