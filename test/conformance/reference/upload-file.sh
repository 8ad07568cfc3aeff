curl -X POST https://guichet.example/api/v1/knowledge/files/ \
  -H "X-API-Key: YOUR_CLIENT_ID" \
  -H "X-API-Secret: YOUR_CLIENT_SECRET" \
  -F "title=Product Manual" \
  -F "file_type=pdf" \
  -F "file=@product_manual.pdf"
