/** The fields that an object of each kind has when nothing else was said. References are ids. */

export const agentDefaults = {
	label: null,
	description: null,
	name: '',
	prompt: null,
	language: 'en',
	actions: [],
	voice: null,
	initial_message: null,
	initial_message_delay: 0,
	webhook: null,
	interrupt_sensitivity: 'low',
	endpointing_sensitivity: 'auto',
	ivr_navigation_mode: 'off',
	context_endpoint: null,
	noise_suppression: false,
	conversation_speed: 1,
	openai_model_name_override: null,
	openai_account_connection: null,
	ask_if_human_present_on_idle: false,
	idle_time_seconds: 15,
	max_idle_check_count: 3,
	llm_temperature: 0,
	provider: 'openai',
	enable_recording: true,
	run_do_not_call_detection: false,
	call_duration_sec: 600,
	enable_dynamic_turns: true,
	wait_for_greeting: false,
	post_call_actions: [],
	post_call_insights: [],
};

export const callDefaults = {
	status: 'not_started',
	error_message: null,
	recording_available: false,
	transcript: null,
	human_detection_result: null,
	do_not_call_result: null,
	telephony_id: null,
	stage: 'created',
	stage_outcome: null,
	telephony_metadata: {},
	start_time: null,
	end_time: null,
	telephony_provider: 'twilio',
	hipaa_compliant: false,
	on_no_human_answer: 'continue',
	context: {},
	run_do_not_call_detection: false,
	telephony_account_connection: null,
	telephony_params: {},
	is_outgoing: true,
	errors: [],
	action_history: [],
};

export const numberDefaults = {
	active: true,
	label: null,
	description: null,
	outbound_only: false,
	example_context: {},
	inbound_agent: null,
	telephony_provider: 'twilio',
	telephony_account_connection: null,
	config: {},
	is_routing_number: false,
	sms_enabled: false,
	tags: [],
};

export const actionDefaults = {
	label: null,
	description: null,
	action_trigger: { type: 'action_trigger_function_call', config: {} },
};

export const voiceDefaults = { label: null, description: null };

export const promptDefaults = {
	label: null,
	description: null,
	content: '',
	context_endpoint: null,
	collect_fields: [],
	type: 'prompt',
	tags: [],
	prompt_template: null,
};

export const webhookDefaults = {
	label: null,
	description: null,
	method: 'POST',
	account_connection_id: null,
};

export const accountConnectionDefaults = {
	label: null,
	description: null,
	credentials: {},
	steering_pool: [],
	account_supports_any_caller_id: false,
	config: { voicemail_detection: {} },
};
