# Markdown with its extensions on a document that uses most of the syntax.
import markdown

TEXT = """
Title
=====

Some *emphasis*, **strong**, `code`, a [link](http://example.org "T"), an ![image](x.png), <b>html</b> &amp; an auto <http://a.b>.

* one
* two
    1. nested
    2. list

> quote
> more

    code block <&>

Term
:   Definition

| a | b |
|---|:-:|
| 1 | 2 |

```python
print("fenced")
```

[ref]: http://example.com
A [reference][ref] and a footnote[^1].

[^1]: The note.

### Deep *heading* ###
***
"""
for extensions in ([], ["tables", "fenced_code", "footnotes", "def_list", "toc", "attr_list", "abbr"], ["extra"]):
    print(markdown.markdown(TEXT * 3, extensions=extensions))
