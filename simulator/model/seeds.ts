import type { Environment } from './environment';
import {
	accountConnectionDefaults,
	actionDefaults,
	agentDefaults,
	callDefaults,
	numberDefaults,
	promptDefaults,
	voiceDefaults,
	webhookDefaults,
} from './defaults';

/** Area code of each environment's own numbers, so that no number exists in two environments. */
const areaCodes: Record<string, string> = { default: '415', staging: '628', production: '650' };

/** Area codes in which numbers can be bought. */
const shopAreaCodes = ['415', '510', '707'];

const minute = 60_000;

/**
 * Fills a new environment with the objects that every test and every user finds in it.
 * All of it is invented; the phone numbers are from the range reserved for fiction (555-01xx).
 */
export function seed(environment: Environment): void {
	const base64Secret = (text: string) =>
		Buffer.from(`${environment.name} ${text}`).toString('base64');
	const host = `https://${environment.name}.example.com`;

	const connection = environment.add('accountConnections', {
		...accountConnectionDefaults,
		label: 'Twilio main account',
		description: 'Telephony of this environment',
		type: 'account_connection_twilio',
		credentials: {
			twilio_account_sid: `AC${environment.hex(32)}`,
			twilio_auth_token: environment.hex(32),
		},
	}).id;

	const voice = environment.add('voices', {
		...voiceDefaults,
		label: 'Warm English',
		description: 'Friendly, calm, English',
		type: 'voice_eleven_labs',
		voice_id: environment.hex(20),
		api_key: `fake_eleven_labs_${environment.hex(24)}`,
		stability: 0.5,
		similarity_boost: 0.75,
		model_id: 'eleven_turbo_v2',
	}).id;
	const clearVoice = environment.add('voices', {
		...voiceDefaults,
		label: 'Clear German',
		description: 'For numbers and dates',
		type: 'voice_azure',
		voice_name: 'de-DE-KatjaNeural',
		pitch: 0,
		rate: 15,
	}).id;

	const prompts = {
		reminder: 'You remind {name} of the appointment and ask whether the time still suits.',
		followUp: 'You ask {name} whether the order has arrived and whether all is well.',
		reception: 'You are the reception. Find out who is calling and what it is about.',
	};
	const prompt = (label: string, content: string) =>
		environment.add('prompts', { ...promptDefaults, label, content, tags: ['phone'] }).id;
	const reminderPrompt = prompt('Appointment reminder', prompts.reminder);
	const followUpPrompt = prompt('Order follow-up', prompts.followUp);
	const receptionPrompt = prompt('Reception', prompts.reception);

	const hangUp = environment.add('actions', {
		...actionDefaults,
		label: 'Say goodbye',
		description: 'Ends the call when the agent says goodbye',
		type: 'action_end_conversation',
		config: {},
		action_trigger: {
			type: 'action_trigger_phrase_based',
			config: {
				phrase_triggers: [
					{ phrase: 'goodbye', conditions: ['phrase_condition_type_contains'] },
				],
			},
		},
	}).id;
	const lookUp = environment.add('actions', {
		...actionDefaults,
		label: 'Look up order',
		description: 'Finds the state of an order',
		type: 'action_external',
		config: {
			name: 'look_up_order',
			description: 'Use it when the caller asks where an order is.',
			url: `${host}/orders`,
			input_schema: {
				type: 'object',
				properties: {
					order_number: { type: 'string', description: 'Number of the order' },
				},
				required: ['order_number'],
			},
			speak_on_send: true,
			speak_on_receive: true,
			processing_mode: 'muted',
			signature_secret: base64Secret('action secret'),
		},
	}).id;

	const webhook = environment.add('webhooks', {
		...webhookDefaults,
		label: 'Call log',
		description: 'Keeps a record of finished calls',
		url: `${host}/call-log`,
		subscriptions: ['event_phone_call_ended', 'event_transcript'],
	}).id;

	const reminder = environment.add('agents', {
		...agentDefaults,
		name: 'Appointment Reminder',
		label: 'Appointments',
		description: 'Calls the day before',
		prompt: reminderPrompt,
		voice,
		actions: [hangUp],
		initial_message: 'Hello, I am calling about your appointment.',
	}).id;
	const followUp = environment.add('agents', {
		...agentDefaults,
		name: 'Order Follow-up',
		label: 'Orders',
		description: 'Calls after a delivery',
		prompt: followUpPrompt,
		voice,
		actions: [hangUp, lookUp],
		webhook,
		initial_message: 'Hello, I am calling about your order.',
		post_call_insights: [{ name: 'satisfied', description: 'Was the customer content?' }],
	}).id;
	const reception = environment.add('agents', {
		...agentDefaults,
		name: 'Reception',
		label: 'Inbound',
		description: 'Answers inbound calls',
		language: 'de',
		prompt: receptionPrompt,
		voice: clearVoice,
		actions: [],
		context_endpoint: `${host}/who-is-calling`,
	}).id;

	const area = areaCodes[environment.name] ?? '707';
	const number = (digits: string, fields: object) =>
		environment.add('numbers', {
			...numberDefaults,
			number: `+1${area}55501${digits}`,
			telephony_account_connection: connection,
			...fields,
		}).number;
	const mainLine = number('00', { label: 'Main line', inbound_agent: reception });
	const campaignLine = number('01', { label: 'Outbound', outbound_only: true });
	number('02', { label: 'Old line', description: 'No longer in use', active: false });

	const start = Date.UTC(2026, 0, 2, 14);
	const pastCall = (fields: object) =>
		environment.add('calls', {
			...callDefaults,
			from_number: mainLine,
			agent_phone_number: mainLine,
			telephony_id: `CA${environment.hex(32)}`,
			...fields,
		});
	pastCall({
		status: 'ended',
		to_number: '+12025550117',
		agent: followUp,
		stage: 'picked_up',
		stage_outcome: 'human_disconnected',
		human_detection_result: 'human',
		recording_available: true,
		transcript: [
			'[00:01.00] BOT: Hello Grace, I am calling about your order. Has it arrived?',
			'[00:06.00] HUMAN: Not yet. Where is it?',
			'[00:12.00] BOT: It is on its way and arrives tomorrow.',
			'[00:17.00] HUMAN: Great, thanks. Bye.',
		].join('\n'),
		start_time: start,
		end_time: start + 19_000,
		context: { name: 'Grace', order_number: '1001' },
		action_history: [
			{
				event_type: 'action_completed',
				timestamp: '2026-01-02T14:00:10+00:00',
				action_id: lookUp,
				action_type: 'action_external',
				action_label: 'Look up order',
				parameters: { order_number: '1001' },
				result: { json: { success: true }, http_status_code: 200, error: null },
			},
		],
	});
	pastCall({
		status: 'ended',
		to_number: '+12025550102',
		agent: reminder,
		from_number: campaignLine,
		agent_phone_number: campaignLine,
		stage_outcome: 'human_unanswered',
		start_time: start + 30 * minute,
		end_time: start + 30 * minute + 25_000,
		context: { name: 'Alan' },
	});
	pastCall({
		status: 'error',
		to_number: '+12025550104',
		agent: reminder,
		error_message: 'The telephony provider refused the call',
		errors: ['The telephony provider refused the call'],
		start_time: start + 60 * minute,
		end_time: start + 60 * minute + 2_000,
		context: { name: 'Edsger' },
	});
}

/** The numbers that are for sale, whichever environment asks. */
export const numbersForSale: string[] = shopAreaCodes.flatMap((areaCode) =>
	Array.from({ length: 40 }, (_, index) => `+1${areaCode}55501${50 + index}`),
);
