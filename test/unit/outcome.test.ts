import { OUTCOMES, outcomeOf } from '../../nodes/shared/records/outcome';

/** A call that has ended, as the API gives it where nothing else is said. */
const ended = { status: 'ended', errors: [], error_message: null };
const failed = { status: 'error', errors: [], error_message: null };
const human = { human_detection_result: 'human' };
const machine = { human_detection_result: 'no_human' };

/** What came of a call in short. */
const read = (call: object) => {
	const { outcome, answered_by: by } = outcomeOf(call as never);
	return `${outcome} ${by ?? '-'}`;
};

test.each<[string, object, string]>([
	['not_started', { status: 'not_started', stage: 'created' }, 'in_progress -'],
	['in progress', { status: 'in_progress', stage: 'picked_up', ...human }, 'in_progress human'],
	['a status that is not known', { status: 'on_hold' }, 'unknown -'],
	['no status', {}, 'unknown -'],
	['ended, and no more is said', ended, 'unknown -'],
	['ended before anybody picked up', { ...ended, stage: 'created' }, 'unknown -'],

	['unanswered', { ...ended, stage_outcome: 'human_unanswered' }, 'no_answer -'],
	[
		'unanswered by people',
		{ ...ended, stage_outcome: 'human_unanswered', ...machine },
		'voicemail machine',
	],
	['not connected', { ...ended, stage_outcome: 'call_did_not_connect' }, 'not_connected -'],
	[
		'the line is busy',
		{ ...ended, stage_outcome: 'call_did_not_connect', errors: ['x', '486 Busy Here'] },
		'busy -',
	],
	['busy, as an error', { ...failed, error_message: 'USER_BUSY' }, 'busy -'],
	['busy, in an object', { ...failed, errors: [{ message: 'USER_BUSY' }] }, 'busy -'],
	['another thing is busy', { ...failed, errors: ['The server is busy'] }, 'failed -'],
	[
		'busy after somebody picked up',
		{ ...failed, stage: 'picked_up', errors: ['The line is busy'] },
		'failed -',
	],

	['the person hung up', { ...ended, stage_outcome: 'human_disconnected' }, 'answered -'],
	[
		'the agent hung up',
		{ ...ended, stage_outcome: 'bot_disconnected', ...human },
		'answered human',
	],
	['voicemail', { ...ended, stage_outcome: 'bot_disconnected', ...machine }, 'voicemail machine'],
	['picked up, end not told', { ...ended, stage: 'picked_up', ...human }, 'answered human'],
	['detection alone', { ...ended, ...machine }, 'voicemail machine'],
	[
		'an end that is not known',
		{ ...ended, stage: 'picked_up', stage_outcome: 'moon_landing' },
		'answered -',
	],

	[
		'transferred',
		{ ...ended, stage_outcome: 'transfer_disconnected', ...human },
		'transferred human',
	],
	['transferred by stage', { ...ended, stage: 'transfer_successful' }, 'transferred -'],
	[
		'nobody took the transfer',
		{ ...ended, stage: 'transfer_started', stage_outcome: 'transfer_unanswered', ...human },
		'answered human',
	],

	['failed', failed, 'failed -'],
	[
		'broken off by an error',
		{ ...failed, stage: 'picked_up', stage_outcome: 'bot_disconnected', ...human },
		'failed human',
	],
	[
		'an end is told before the status',
		{ status: 'in_progress', stage_outcome: 'human_unanswered' },
		'no_answer -',
	],
	[
		'detection of another kind',
		{ ...ended, stage: 'picked_up', human_detection_result: 'fax' },
		'answered -',
	],
])('%s', (_what, call, expected) => {
	expect(read(call)).toBe(expected);
	expect(OUTCOMES).toContain(expected.split(' ')[0]);
});

test.each<[object, string | null | undefined]>([
	[{ ...failed, error_message: 'No route', errors: ['x'] }, 'No route'],
	[
		{ ...failed, error_message: ' ', errors: ['No route', '', null, { code: 7 }] },
		'No route; {"code":7}',
	],
	[failed, null],
	[{ ...failed, errors: 'No route' }, 'No route'],
	[{ ...ended, stage_outcome: 'call_did_not_connect', errors: ['No line'] }, 'No line'],
	[{ ...ended, stage_outcome: 'human_unanswered', errors: ['x'] }, undefined],
])('the reason of %j is %j', (call, reason) => {
	expect(outcomeOf(call as never).outcome_reason).toBe(reason);
});

test.each([
	[true, true],
	[false, false],
	['true', true],
	['false', false],
	['True', true],
	['FALSE', false],
	['asked', null],
	[null, null],
	[undefined, null],
	[1, null],
])('do_not_call_result %p means %p', (result, asked) => {
	expect(outcomeOf({ ...ended, do_not_call_result: result }).asked_not_to_be_called).toBe(asked);
});
