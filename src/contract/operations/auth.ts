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
    en: 'A short-lived token for browsers, made from the public client id alone. The asking site is read from `X-Embed-Origin`, else from `Origin`; where a client is tied to sites, it must be one of them.',
    fr: 'Un token de courte durée pour les navigateurs, obtenu avec le seul identifiant public du client. Le site demandeur est lu dans `X-Embed-Origin`, à défaut dans `Origin` ; si le client est lié à des sites, il doit être l’un d’eux.',
  },
  body: WidgetTokenRequest,
  answers: { 200: flat(WidgetToken) },
  example: { client_id: 'YOUR_CLIENT_ID' },
})
