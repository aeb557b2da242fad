import { Readable } from 'node:stream';

import { createMp3Encoder } from 'wasm-media-encoders';

import type { RecordingSettings } from '../state';
import type { Answer } from './context';

const sampleRate = 16_000;
const bitrate = 32;
/** A turn's tone ends when the next turn begins, and after this many seconds at the latest. */
const longestTone = 3;
const tones: Record<string, number> = { BOT: 440, HUMAN: 330 };

interface Tone {
	at: number;
	frequency: number;
}

/** The turns of a transcript, as the tones that stand for the voices. */
function tonesOf(transcript: string): Tone[] {
	return [...transcript.matchAll(/^\[(\d+):([\d.]+)\] (BOT|HUMAN):/gm)].map(
		([, minutes, seconds, speaker = '']) => ({
			at: Number(minutes) * 60 + Math.floor(Number(seconds)),
			frequency: tones[speaker] ?? 220,
		}),
	);
}

/** Somebody who speaks as long as a turn may be, in syllables. */
function voiceOf(frequency: number): Float32Array {
	return Float32Array.from({ length: longestTone * sampleRate }, (_, index) => {
		const angle = (2 * Math.PI * index) / sampleRate;
		return 0.4 * Math.abs(Math.sin(2.5 * angle)) * Math.sin(frequency * angle);
	});
}

/** Sound in the rhythm of speech: short beeps while somebody speaks, silence in between. */
function soundOf(turns: Tone[]): Float32Array {
	const frequencies = new Set(turns.map(({ frequency }) => frequency));
	const voices = new Map([...frequencies].map((each) => [each, voiceOf(each)]));
	const length = (turns.at(-1)?.at ?? 0) + longestTone;
	const sound = new Float32Array(length * sampleRate);
	turns.forEach(({ at, frequency }, index) => {
		const seconds = Math.min(longestTone, (turns[index + 1]?.at ?? Infinity) - 0.3 - at);
		const samples = Math.max(0, Math.ceil(seconds * sampleRate));
		sound.set(voices.get(frequency)?.subarray(0, samples) ?? [], at * sampleRate);
	});
	return sound;
}

const encoded = new Map<string, Promise<Buffer>>();

async function encode(turns: Tone[]): Promise<Buffer> {
	const encoder = await createMp3Encoder();
	encoder.configure({ sampleRate, channels: 1, bitrate });
	// The encoder hands out views of its own memory, so each result is copied before the next call.
	const body = Buffer.from(encoder.encode([soundOf(turns)]));
	return Buffer.concat([body, Buffer.from(encoder.finalize())]);
}

/** The MP3 of a conversation; encoded once for each rhythm of turns. */
async function mp3Of(transcript: string): Promise<Buffer> {
	const turns = tonesOf(transcript);
	const key = JSON.stringify(turns);
	const known = encoded.get(key) ?? encode(turns);
	encoded.set(key, known);
	return await known;
}

function* repeat(clip: Buffer, bytes: number): Generator<Buffer> {
	for (let left = bytes; left > 0; left -= clip.length) yield clip.subarray(0, left);
}

/** The first bytes of a stream, and then nothing more, without an end. */
async function* stalled(stream: Readable, bytes: number): AsyncGenerator<Buffer> {
	let left = bytes;
	for await (const chunk of stream) {
		yield (chunk as Buffer).subarray(0, left);
		left -= (chunk as Buffer).length;
		if (left <= 0) break;
	}
	await new Promise(() => {});
}

/**
 * The recording of a call as an answer: a stream of MP3, or what the settings say.
 * @param transcript gives the sound its rhythm
 */
export async function recordingAnswer(
	transcript: string,
	settings: RecordingSettings,
): Promise<Answer> {
	const { bytes, body, contentType = 'audio/mpeg', stallAfter } = settings;
	if ('body' in settings) {
		return { status: 200, body, headers: { 'content-type': contentType } };
	}
	const clip = await mp3Of(transcript);
	const size = bytes ?? clip.length;
	const sound = Readable.from(repeat(clip, size), { objectMode: false });
	const stream =
		stallAfter === undefined
			? sound
			: Readable.from(stalled(sound, stallAfter), { objectMode: false });
	return {
		status: 200,
		stream,
		headers: { 'content-type': contentType, 'content-length': String(size) },
	};
}
