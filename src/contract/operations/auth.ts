import { WidgetToken, WidgetTokenRequest } from '../auth.js'
import { flat, operation } from '../operation.js'

export const createWidgetToken = operation({
  id: 'createWidgetToken',
  method: 'post',
  path: '/api/v1/auth/widget-token',
  aliases: ['/api/auth/widget-token'],
  tag: 'auth',
  access: 'public',
  summary: { en: 'Get a widget token', fr: 'Obtenir un token de widget' },
  description: {
    en: 'A short-lived token for browsers, made from the public client id alone. The site it is asked from is taken from `X-Embed-Origin`, else from `Origin`, and must be among those the client names, if it names any. With a `user_token` signed by the host’s server, the token speaks for that customer.',
    fr: 'Un token de courte durée pour les navigateurs, obtenu avec le seul identifiant public du client. Le site demandeur est lu dans `X-Embed-Origin`, à défaut dans `Origin`, et doit figurer parmi ceux que le client nomme, s’il en nomme. Avec un `user_token` signé par le serveur du site, le token parle au nom de ce client final.',
  },
  body: WidgetTokenRequest,
  answers: { 200: flat(WidgetToken) },
  example: { client_id: 'YOUR_CLIENT_ID' },
})
