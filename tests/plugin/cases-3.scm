; SPDX-License-Identifier: GPL-3.0-or-later
; What the tests do inside GIMP 3: as cases-2.10.scm, in the other dialect.
(script-fu-use-v3)

(define (load-picture path)
  (gimp-file-load RUN-NONINTERACTIVE path))

(define (drawable-of image)
  (vector-ref (gimp-image-get-selected-drawables image) 0))

(define (save-picture image path)
  (file-png-export #:run-mode RUN-NONINTERACTIVE #:image image #:file path #:compression 1
                   #:save-transparent #t))

(define (say path . words)
  (let ((port (open-output-file path)))
    (for-each (lambda (word) (display word port) (display " " port)) words)
    (close-output-port port)))

(define (denoise-drawables image drawables strength model)
  (plug-in-cleargrain-denoise #:run-mode RUN-NONINTERACTIVE #:image image #:drawables drawables
                              #:strength strength #:colour-strength strength #:model model))

(define (denoise image strength model)
  (denoise-drawables image (vector (drawable-of image)) strength model))

; IN through PREPARE (a procedure of the image), the filter and FINISH to OUT.
(define (clean in out strength model prepare finish)
  (let ((image (load-picture in)))
    (prepare image)
    (denoise image strength model)
    (finish image)
    (save-picture image out)
    (gimp-image-delete image)))

(define (nothing image) #t)

(define (clean-plain in out strength model)
  (clean in out strength model nothing nothing))

(define (clean-selection in out model x y w h)
  (clean in out 1.0 model
         (lambda (image) (gimp-image-select-rectangle image CHANNEL-OP-REPLACE x y w h))
         (lambda (image) (gimp-selection-none image))))

; The layer hangs over the image's edges on every side but the filter cleans it whole.
(define (clean-offset in out model)
  (clean in out 1.0 model
         (lambda (image) (gimp-image-resize image 40 30 -20 -10))
         (lambda (image) (gimp-image-resize-to-layers image))))

; In another precision (the numbers are GIMP's; 250 is the 16 bits of the file).
(define (clean-precision in out model precision)
  (clean in out 1.0 model
         (lambda (image) (gimp-image-convert-precision image precision))
         (lambda (image) (gimp-image-convert-precision image 250))))

; A run that must fail: tells OUT whether the picture was left alone, and saves it to SAVED if
; that is not "".  GIMP writes the message to standard error.
(define (fail in prepare strength model out saved)
  (let ((image (load-picture in)))
    (prepare image)
    (gimp-image-clean-all image)
    (catch (say out "refused, changed:" (if (gimp-image-is-dirty image) 1 0))
      (denoise image strength model)
      (say out "accepted"))
    (if (> (string-length saved) 0) (save-picture image saved))
    (gimp-image-delete image)))

(define (make-indexed image)
  (gimp-image-convert-indexed image CONVERT-DITHER-NONE CONVERT-PALETTE-GENERATE 16 #f #f ""))

(define (add-group image)
  (let ((group (gimp-group-layer-new image "group")))
    (gimp-image-insert-layer image group -1 0)
    group))

(define (make-group image)
  (gimp-image-set-selected-layers image (vector (add-group image))))

(define (lock image)
  (gimp-item-set-lock-content (drawable-of image) #t))

(define (lock-parent image)
  (let ((layer (drawable-of image))
        (group (add-group image)))
    (gimp-image-reorder-item image layer group 0)
    (gimp-item-set-lock-content group #t)
    (gimp-image-set-selected-layers image (vector layer))))

; In a window, while the test presses keys: save the picture to each of PATHS in turn when it
; becomes changed, unchanged (that is: undone to where it was), changed, ...
(define (watch in . paths)
  (let ((image (load-picture in)))
    (gimp-display-new image)
    (gimp-image-clean-all image)
    (let loop ((paths paths) (wanted #t))
      (cond ((null? paths) #t)
            ((eq? wanted (gimp-image-is-dirty image))
             (save-picture image (car paths))
             (loop (cdr paths) (not wanted)))
            (else (usleep 100000) (loop paths wanted))))))
