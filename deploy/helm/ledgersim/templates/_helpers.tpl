{{- define "ledgersim.name" -}}
{{- if contains "ledgersim" .Release.Name }}{{ .Release.Name }}{{ else }}{{ printf "%s-ledgersim" .Release.Name }}{{ end }}
{{- end }}

{{- define "ledgersim.selector" -}}
app.kubernetes.io/name: ledgersim
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "ledgersim.labels" -}}
{{ include "ledgersim.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "ledgersim.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* The text of a setting. In YAML, on and off are truth values, and 1000000 is a float that Go would print as 1e+06. */}}
{{- define "ledgersim.setting" -}}
{{ if kindIs "bool" . }}{{ ternary "on" "off" . }}{{ else if or (kindIs "string" .) (ne (float64 .) (floor .)) }}{{ . }}{{ else }}{{ int64 . }}{{ end }}
{{- end }}

{{- define "ledgersim.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "ledgersim.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 0
fsGroup: 0
seccompProfile: {type: RuntimeDefault}
{{- end }}
