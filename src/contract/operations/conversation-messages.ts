import { ConversationExchange, ConversationStreamFrame, NewMessage } from '../messages.js'
import { json, operation, pathOf } from '../operation.js'

export const sendConversationMessage = operation({
  id: 'sendConversationMessage',
  tag: 'conversations',
  thing: 'conversation',
  access: 'widget',
  scope: 'conversations:write',
  method: 'post',
  path: '/api/v1/conversations/{id}/messages',
  params: pathOf('id'),
  summary: { en: 'Send a message in a conversation', fr: 'Envoyer un message dans une conversation' },
  description: {
    en: 'Answers with the assistant’s message, `data.content` being the reply, and both messages beside it; or streams the reply where `Accept` includes `text/event-stream`. After `skip_ai_response`, `data` is the stored message itself. A closed conversation refuses with 409. The same content again within 60 seconds joins the first answer. Whatever the conversation’s user context tells of a name and a tier opens the first reply.',
    fr: 'Répond avec le message de l’assistant, dont `data.content` est la réponse, accompagné des deux messages ; ou diffuse la réponse si `Accept` contient `text/event-stream`. Avec `skip_ai_response`, `data` est le message enregistré lui-même. Une conversation close refuse avec 409. Le même contenu envoyé dans les 60 secondes rejoint la première réponse. Le nom et le niveau de client que donne le contexte utilisateur ouvrent la première réponse.',
  },
  body: NewMessage,
  idempotent: true,
  answers: { 200: json(ConversationExchange) },
  events: ConversationStreamFrame,
  example: { content: 'Hello, I need help with my order', metadata: { user_type: 'customer' } },
})
