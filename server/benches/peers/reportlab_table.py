"""The same rows as a PDF by reportlab: no shaping, no tags. Prints seconds, peak MB and file MB."""
import io, resource, sys, time

from reportlab.lib.pagesizes import letter
from reportlab.lib.styles import getSampleStyleSheet
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, TableStyle

rows = int(sys.argv[1])
families = ["Anderson", "Nguyen Thi", "Xyooj, Paj", "Cabdullaahi", "Mohamed Ali", "Wang", "Johnson", "Olson", "Garcia", "Vang"]
start = time.monotonic()
style = getSampleStyleSheet()["BodyText"]
data = [["Recipient", "Student", "Delivery Device", "Status", "Time"]]
for n in range(rows):
    family = families[n % 10]
    device = f"+1612555{n % 10000:04} (Voice)" if n % 3 == 0 else f"parent.{n}@families.example.org"
    status = ["Sent", "Live Person", "Busy", "Answering Machine"][n % 4]
    # Names wrap in their cells, as in ours.
    data.append([Paragraph(f"{family}, Parent {n}", style), Paragraph(f"{family}, Student {n // 2}", style), device, status, f"12/02/2019 8:{n // 200 % 60:02} AM"])
table = LongTable(data, colWidths=[104, 96, 144, 76, 96], repeatRows=1)
table.setStyle(TableStyle([("LINEBELOW", (0, 0), (-1, -1), 0.25, "#cccccc"), ("FONTSIZE", (0, 0), (-1, -1), 8)]))
out = io.BytesIO()
SimpleDocTemplate(out, pagesize=letter, leftMargin=48, rightMargin=48).build([table])
seconds = time.monotonic() - start
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6
print(f"{seconds:.2f} {peak:.0f} {len(out.getvalue()) / 1e6:.1f}")
