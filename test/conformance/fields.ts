import { expect } from 'vitest'

/** Everything that is in each kind of answer; nothing else may be. */
export const FIELDS = {
  success: ['status', 'status_code', 'detail', 'data'],
  failure: ['status', 'status_code', 'detail', 'code', 'data'],
  page: ['total', 'limit', 'offset'],
  assistant: [
    ...['id', 'name', 'description', 'tone', 'language', 'default_tasks', 'is_active', 'instructions'],
    ...['handoff_message', 'fixed_language', 'answer_mode', 'widget_search', 'created_at', 'updated_at'],
  ],
  session: [
    ...['id', 'session_id', 'assistant_id', 'conversation_id', 'visitor_id', 'status', 'locale', 'metadata'],
    ...['expires_at', 'created_at'],
  ],
  heartbeat: ['session_id', 'status', 'expires_at'],
  conversation: [
    ...[
      'id',
      'assistant_id',
      'customer_id',
      'customer_verified',
      'title',
      'status',
      'locale',
      'user_context_id',
      'metadata',
    ],
    ...['message_count', 'last_message_at', 'created_at', 'updated_at'],
  ],
  message: ['id', 'sender', 'content', 'metadata', 'sources', 'created_at'],
  exchange: ['session_id', 'conversation_id', 'expires_at', 'user_message', 'assistant_message'],
  conversationExchange: [
    ...['id', 'sender', 'content', 'metadata', 'sources', 'created_at', 'conversation_id'],
    ...['user_message', 'assistant_message'],
  ],
  replyMetadata: [
    ...['answer_mode', 'model', 'language', 'assistant_unsure', 'handoff', 'confidence_score'],
    ...['confidence_threshold', 'citation_validation_passed', 'usage', 'timings', 'budget'],
  ],
  source: [
    ...['type', 'title', 'snippet', 'url', 'reference_id', 'passage_id', 'quote', 'page', 'section'],
    ...['start_offset', 'end_offset'],
  ],
  sessionFeedback: [
    ...['session_id', 'conversation_id', 'has_feedback', 'rating', 'comment', 'created_at', 'updated_at'],
  ],
  messageFeedback: [
    ...['message_id', 'conversation_id', 'has_feedback', 'feedback_type', 'comment', 'created_at'],
    'updated_at',
  ],
  widgetConfig: [
    ...['id', 'widget_type', 'primary_color', 'secondary_color', 'background_color', 'text_color'],
    ...['border_radius', 'title', 'subtitle', 'placeholder', 'greeting_message', 'default_language'],
    ...['font_family', 'font_size', 'font_weight', 'shadow_intensity', 'size', 'position', 'edge_offset'],
    ...['logo', 'bot_avatar', 'show_timestamps', 'show_typing_indicator', 'show_message_avatars'],
    ...['show_unread_badge', 'start_open', 'hide_on_mobile', 'auto_open_delay', 'auto_open_scroll_depth'],
    ...['suggestions', 'theme', 'hide_branding', 'custom_css'],
  ],
  greeting: ['text', 'buttons', 'flows'],
  token: ['token', 'expires_in', 'token_type'],
} as const

/** Holds an object to exactly the fields of its kind. */
export function expectFields(
  value: unknown,
  kind: keyof typeof FIELDS,
): asserts value is Record<string, unknown> {
  expect(typeof value, kind).toBe('object')
  expect(Object.keys(value ?? {}).sort(), kind).toEqual([...FIELDS[kind]].sort())
}
