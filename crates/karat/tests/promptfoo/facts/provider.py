def ask(prompt, options, context):
    print("thinking about", prompt)
    return {"output": f"{options['config']['retriever']}: {context['vars']['question']}", "cost": 0.001}
