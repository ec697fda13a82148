# Bottle's template engine: expressions, escaping, blocks, loops, functions, and an error in a template.
import bottle

PAGE = """
<h1>{{title}}</h1>
% for item in items:
  % if item["price"] > limit:
  <li class="dear">{{item["name"]}} {{!item["html"]}} {{"%.2f" % item["price"]}}</li>
  % elif not item["price"]:
  <li>free</li>
  % else:
  <li>{{item["name"]}}</li>
  % end
% end
% def helper(x):
  <b>{{x * 2}}</b>
% end
% helper(21)
<% total = sum(i["price"] for i in items)
%>
Total: {{total}} {{get("missing", "default")}} {{defined("title")}}
\\\\
% include_text = "x" if items else "y"
{{include_text}}
"""
items = [{"name": f"item <{i}>", "html": "<i>raw</i>", "price": i * 1.5} for i in range(40)]
for _ in range(5):
    page = bottle.SimpleTemplate(PAGE).render(title="A & B", items=items, limit=12)
print(page)
try:
    bottle.SimpleTemplate("{{undefined_name}}").render()
except NameError as error:
    print(type(error).__name__, error)
try:
    bottle.SimpleTemplate("% if :\n% end").render()
except SyntaxError as error:
    print(type(error).__name__, error.msg)
